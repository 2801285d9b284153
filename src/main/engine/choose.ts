/** Which engine computes: the one asked for, or the fastest that this machine can start. */
import { engines, gpuEngine, type EngineChoice, type EngineName } from '@core/contract/engine'
import { LabError, toProblem } from '@core/errors'
import type { Executor } from '@engine/executor'
import { createGpuExecutor, createOnnxExecutor } from './onnxruntime/executor'
import { nativeThreads } from './onnxruntime/runtime'
import { createInstalledTfjs } from './tfjs'

const creators: { readonly [K in EngineName]: () => Promise<Executor> } = {
  onnxruntime: createOnnxExecutor,
  [gpuEngine]: createGpuExecutor,
  tfjs: createInstalledTfjs,
}

/**
 * The engines that `auto` tries, in this order. On Windows, ONNX Runtime reports to the system's diagnostics and cannot be told not
 * to, so there it computes only for those who ask for it.
 */
const automatic = (platform: NodeJS.Platform): readonly [EngineName, ...EngineName[]] =>
  platform === 'win32' ? ['tfjs'] : engines

/**
 * `tell` hears what the person should know: with `auto`, why an engine was passed over (`engine.fallback`); on Windows, that ONNX
 * Runtime reports to the system (`engine.reports`). Throws LabError `engine.unavailable`.
 */
export async function createExecutor(
  choice: EngineChoice,
  tell: (notice: LabError) => void,
  platform: NodeJS.Platform = process.platform,
): Promise<Executor> {
  if ((choice === 'onnxruntime' || choice === gpuEngine) && platform === 'win32')
    tell(new LabError('engine.reports', { engine: choice, quiet: 'tfjs' }))
  if (choice !== 'auto') return creators[choice]()
  const [first, second] = automatic(platform)
  try {
    return await creators[first]()
  } catch (error) {
    if (second === undefined) throw error
    const { detail = '' } = toProblem(error).params
    tell(new LabError('engine.fallback', { engine: first, used: second, detail }))
    return creators[second]()
  }
}

/** The engines of this machine, the one that `auto` takes first. TensorFlow.js's WASM backend has one thread under Node. */
export function installedEngines(
  platform: NodeJS.Platform = process.platform,
): { readonly name: EngineName; readonly threads: number }[] {
  const native = nativeThreads()
  const installed = engines.flatMap((name) => {
    const threads = name === 'tfjs' ? 1 : native
    return threads === null ? [] : [{ name, threads }]
  })
  const first = automatic(platform)[0]
  return installed.toSorted((a, b) => Number(b.name === first) - Number(a.name === first))
}

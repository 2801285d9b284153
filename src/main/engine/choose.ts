/** Which engine computes: the one asked for, or the fastest that this machine can start. */
import { engines, type EngineChoice, type EngineName } from '@core/contract/engine'
import { LabError, toProblem } from '@core/errors'
import type { Executor } from '@engine/executor'
import { createOnnxExecutor } from './onnxruntime/executor'
import { nativeThreads } from './onnxruntime/runtime'
import { createTfjsExecutor } from '@engine/tfjs/executor'

const creators: { readonly [K in EngineName]: () => Promise<Executor> } = {
  onnxruntime: createOnnxExecutor,
  tfjs: createTfjsExecutor,
}

/** With `auto`, `onFallback` hears why an engine was passed over: `engine.fallback`. Throws LabError `engine.unavailable`. */
export async function createExecutor(choice: EngineChoice, onFallback: (reason: LabError) => void): Promise<Executor> {
  if (choice !== 'auto') return creators[choice]()
  const [first, second] = engines
  try {
    return await creators[first]()
  } catch (error) {
    const { detail = '' } = toProblem(error).params
    onFallback(new LabError('engine.fallback', { engine: first, used: second, detail }))
    return creators[second]()
  }
}

/** The engines of this machine, the one that `auto` takes first. TensorFlow.js's WASM backend has one thread under Node. */
export function installedEngines(): { readonly name: EngineName; readonly threads: number }[] {
  const threads = nativeThreads()
  return [...(threads === null ? [] : [{ name: 'onnxruntime' as const, threads }]), { name: 'tfjs', threads: 1 }]
}

/** The graphics processor of this computer, found by computing on it. Its driver may end the process: never in a host. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { gpuEngine } from '@core/contract/engine'
import { LabError } from '@core/errors'
import { emitModel } from '@core/onnx/emit'
import { ProgramBuilder } from '@core/program/builder'
import { sessionOptions, type OnnxRuntime, type Provider } from './runtime'

export interface Gpu {
  readonly provider: Exclude<Provider, 'cpu'>
  /** Its name, or that of its driver or interface where the system does not say more. */
  readonly device: string
}

let found: Promise<Gpu> | undefined

/** Looks for it once per process. Throws LabError `engine.no-device`. */
export function findGpu(runtime: OnnxRuntime): Promise<Gpu> {
  found ??= find(runtime)
  return found
}

/** Whether to look for one: false where the system has none for sure. Starts nothing. */
export function mayHaveGpu(platform: NodeJS.Platform = process.platform): boolean {
  if (platform !== 'linux') return true
  // The loader of Vulkan can also be pointed to a driver without any hardware.
  if (['VK_ICD_FILENAMES', 'VK_DRIVER_FILES', 'VK_ADD_DRIVER_FILES'].some((name) => process.env[name])) return true
  return entries('/dev/dri').some((name) => name.startsWith('renderD')) || existsSync('/dev/nvidia0') || existsSync('/dev/dxg')
}

async function find(runtime: OnnxRuntime): Promise<Gpu> {
  if (!mayHaveGpu()) throw new LabError('engine.no-device', { engine: gpuEngine, detail: 'no device' })
  const providers: readonly Gpu['provider'][] = process.platform === 'win32' ? ['webgpu', 'dml'] : ['webgpu']
  let detail = ''
  for (const provider of providers) {
    try {
      await compute(runtime, provider)
      return { provider, device: deviceName(provider) }
    } catch (error) {
      detail = reasonOf(error)
    }
  }
  throw new LabError('engine.no-device', { engine: gpuEngine, detail })
}

/** Computes x² + 1 for three numbers. Throws if it cannot, or if the result is wrong. */
async function compute(runtime: OnnxRuntime, provider: Gpu['provider']): Promise<void> {
  const b = new ProgramBuilder()
  b.output('y', b.add(b.square(b.dataInput('x', [3], 'float32')), 1))
  const { bytes, inputs, outputs } = emitModel(b.build(), ['y'], false, { dialect: 'gpu' })
  const session = await runtime.InferenceSession.create(bytes, sessionOptions('look', 1, provider))
  try {
    const results = await session.run({ [inputs[0]!.name]: new runtime.Tensor('float32', Float32Array.of(1, 2, 3), [3]) })
    const y = results[outputs.get('y')!]!.data
    if (y.join() !== '2,5,10') throw new Error(`1, 2, 3 gave ${y.join()} instead of 2, 5, 10`)
  } finally {
    await session.release()
  }
}

/** The last part of what ONNX Runtime says: the parts before it name its source files. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const [first = ''] = message
    .replace(/^.* was false\. /s, '')
    .trim()
    .split('\n')
  return first.replace(/[.\s]+$/, '')
}

/** ONNX Runtime's binding does not tell which device it computes on, so this is what the system says of the loaded driver. */
function deviceName(provider: Gpu['provider']): string {
  if (process.platform === 'darwin') return cpus()[0]?.model ?? 'Metal' // on one chip with the processor
  if (process.platform === 'win32') return provider === 'dml' ? 'DirectML' : 'Direct3D 12'
  const maps = readFileSync('/proc/self/maps', 'utf8')
  const vendors = new Set(entries('/sys/class/drm').map((card) => text(`/sys/class/drm/${card}/device/vendor`)))
  const loaded = drivers.find(({ library, vendor }) => maps.includes(library) && (vendor === null || vendors.has(vendor)))
  return (loaded?.library === nvidia && nvidiaModel()) || (loaded?.name ?? 'Vulkan')
}

const nvidia = 'libGLX_nvidia'
/** The Vulkan drivers of Linux. The loader loads them all; those of Mesa count only where there is hardware of their vendor. */
const drivers = [
  { library: nvidia, name: 'NVIDIA', vendor: null },
  { library: 'libvulkan_radeon', name: 'AMD Radeon', vendor: '0x1002' },
  { library: 'libvulkan_intel', name: 'Intel', vendor: '0x8086' },
  { library: 'libvk_swiftshader', name: 'SwiftShader', vendor: null },
] as const

function nvidiaModel(): string | undefined {
  const folder = '/proc/driver/nvidia/gpus'
  const [first = ''] = entries(folder)
  return /^Model:\s*(.+)$/m.exec(text(`${folder}/${first}/information`))?.[1]
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function text(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}

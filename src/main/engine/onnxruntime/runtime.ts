/** The only module that imports ONNX Runtime: loads its native library once and opens sessions. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import type * as Runtime from 'onnxruntime-node'
import { LabError } from '@core/errors'

export type { Tensor, InferenceSession } from 'onnxruntime-node'
export type OnnxRuntime = typeof Runtime

let loading: Promise<OnnxRuntime> | undefined

/** Throws LabError `engine.unavailable` if there is no library for this machine. */
export function loadRuntime(): Promise<OnnxRuntime> {
  loading ??= load()
  return loading
}

async function load(): Promise<OnnxRuntime> {
  try {
    disableTelemetry()
    const { default: runtime } = await import('onnxruntime-node')
    return runtime
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    throw new LabError('engine.unavailable', { engine: 'onnxruntime', detail })
  }
}

/**
 * The official builds look up a Microsoft collector, and keep a device id and an event database in the user's cache folder. The
 * library reads this variable once, when it is loaded. Windows: see engine/choose.ts.
 */
function disableTelemetry(): void {
  // In a worker thread `process.env` is a copy that native code never sees: the process must have set it before it started the thread.
  if (!isMainThread && process.env.ORT_DISABLE_TELEMETRY !== '1') {
    throw new Error('its telemetry cannot be switched off from a worker thread')
  }
  process.env.ORT_DISABLE_TELEMETRY = '1'
}

/** Number of threads that can share the work of one operation. */
export const mostThreads = availableParallelism()

/** How many threads the engine can use; null if its library does not support this machine. Starts nothing. */
export function nativeThreads(): number | null {
  try {
    const entry = createRequire(import.meta.url).resolve('onnxruntime-node')
    const library = join(dirname(entry), '..', 'bin', 'napi-v6', process.platform, process.arch, 'onnxruntime_binding.node')
    return existsSync(library) ? mostThreads : null
  } catch {
    return null // not installed
  }
}

/** What executes a session: the processor, or a graphics processor by WebGPU or, on Windows, by DirectML. */
export type Provider = 'cpu' | 'webgpu' | 'dml'

/**
 * The purpose of a session: steps in quick succession, tokens one after another, an occasional look, or the search for NaN, which must not
 * change any node.
 */
export type Purpose = 'step' | 'generation' | 'look' | 'diagnosis'

/** `kept` are the outputs that stay in the memory of the graphics processor. */
export function sessionOptions(
  purpose: Purpose,
  threads: number,
  provider: Provider = 'cpu',
  kept: readonly string[] = [],
): Runtime.InferenceSession.SessionOptions {
  return {
    ...(kept.length > 0 && { preferredOutputLocation: Object.fromEntries(kept.map((name) => [name, 'gpu-buffer'])) }),
    executionProviders: [provider],
    executionMode: 'sequential',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Our graphs are fused already; above the basic level, ONNX Runtime fuses additions into a layer normalisation that is 8 times slower.
    graphOptimizationLevel: purpose === 'diagnosis' ? 'disabled' : 'basic',
    // An arena keeps the most that its session ever needed: with a pretrained model, several looks would hold gigabytes.
    enableCpuMemArena: purpose === 'step' || purpose === 'generation',
    // Saves a third of the memory and costs no time.
    enableMemPattern: false,
    logSeverityLevel: 3,
    extra: {
      session: {
        // Spinning threads start sooner, but take time from other work: only where the next step follows immediately.
        intra_op: { allow_spinning: purpose === 'step' ? '1' : '0' },
      },
    },
  }
}

/** A session whose `run` returns when it is done. */
export interface SynchronousSession {
  run(inputs: Record<string, Runtime.Tensor>, outputs: Record<string, null>, options: object): Record<string, Runtime.Tensor>
}

/** On the graphics processor. What the package exports is the same session behind promises; states are read by functions that are not. */
export function openSynchronous(bytes: Uint8Array): SynchronousSession {
  const require = createRequire(import.meta.url)
  const { binding } = require(join(dirname(require.resolve('onnxruntime-node')), 'binding.js')) as {
    binding: {
      InferenceSession: new () => SynchronousSession & {
        loadModel(buffer: ArrayBufferLike, offset: number, length: number, options: object): void
      }
    }
  }
  const session = new binding.InferenceSession()
  session.loadModel(bytes.buffer, bytes.byteOffset, bytes.byteLength, sessionOptions('look', 1, 'webgpu'))
  return session
}

/** The one door to ONNX Runtime: loads its native library once and opens sessions. */
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

/** Throws LabError `engine.unavailable` where there is no library for this machine. */
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
  // In a worker thread `process.env` is a copy that native code never sees.
  if (!isMainThread) throw new Error('its telemetry cannot be switched off from a worker thread')
  process.env.ORT_DISABLE_TELEMETRY = '1'
}

/** Threads that can share the work of one operation. */
export const mostThreads = availableParallelism()

/** How many threads the engine can use; null where its library is not made for this machine. Starts nothing. */
export function nativeThreads(): number | null {
  try {
    const entry = createRequire(import.meta.url).resolve('onnxruntime-node')
    const library = join(dirname(entry), '..', 'bin', 'napi-v6', process.platform, process.arch, 'onnxruntime_binding.node')
    return existsSync(library) ? mostThreads : null
  } catch {
    return null // not installed
  }
}

/** What a session is for: steps in quick succession, a look now and then, or the search for NaN, which changes no node. */
export type Purpose = 'step' | 'look' | 'diagnosis'

export function sessionOptions(purpose: Purpose, threads: number): Runtime.InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'],
    executionMode: 'sequential',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Ours are fused already; beyond the basic level ONNX Runtime fuses additions into a layer normalisation 8 times as slow.
    graphOptimizationLevel: purpose === 'diagnosis' ? 'disabled' : 'basic',
    enableCpuMemArena: true,
    // Saves a third of the memory and costs no time.
    enableMemPattern: false,
    logSeverityLevel: 3,
    extra: {
      session: {
        // Idle threads that wait in a loop start sooner, but take time from others: only where the next step follows at once.
        intra_op: { allow_spinning: purpose === 'step' ? '1' : '0' },
      },
    },
  }
}

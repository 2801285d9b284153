/** Recognises errors of memory and of devices by the messages of ONNX Runtime and JavaScript. */
import { LabError } from '@core/errors'
import { reasonOf } from './gpu'

/** Messages of the arena, of std::bad_alloc and of V8. A size, if there is one, comes last. */
const words =
  /bad_alloc|failed to allocate|ran out of memory|allocation failed|output shape may be too large|invalid typed array length/i
const size = /(?:buffer of size|size=|to allocate|array length:) *(\d+)/i

/**
 * The error as LabError `run.out-of-memory` if it is about memory, otherwise unchanged. `needed` is the number of bytes requested, for
 * messages without a size.
 */
export function orOutOfMemory(error: unknown, needed: () => number): unknown {
  if (!(error instanceof Error) || error instanceof LabError || !words.test(error.message)) return error
  const named = Number(size.exec(error.message)?.[1] ?? NaN)
  const bytes = error instanceof RangeError ? named * Float32Array.BYTES_PER_ELEMENT : named
  return new LabError('run.out-of-memory', { megabytes: Math.ceil((bytes || needed()) / 1e6) })
}

/** Of a buffer that could not be allocated, or whose size is beyond 32 bits. */
const deviceWords = /invalid buffer|out of memory|allocation size|narrowing_error/i

/**
 * An error of ONNX Runtime on a graphics processor as LabError `engine.device-memory`, or else `engine.device-lost`: whatever it is, the
 * device cannot go on. Our own errors are unchanged.
 */
export function asOfDevice(error: unknown, device: string): unknown {
  // ONNX Runtime throws plain errors; wrong inputs are a TypeError or a RangeError of ours.
  if (!(error instanceof Error) || error.constructor !== Error) return error
  const isMemory = words.test(error.message) || deviceWords.test(error.message)
  return new LabError(isMemory ? 'engine.device-memory' : 'engine.device-lost', { device, detail: reasonOf(error) })
}

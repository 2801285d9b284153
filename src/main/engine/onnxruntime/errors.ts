/** Recognises out-of-memory errors by the messages of ONNX Runtime and JavaScript. */
import { LabError } from '@core/errors'

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

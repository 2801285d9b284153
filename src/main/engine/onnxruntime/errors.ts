/** Memory that ended, told from what ONNX Runtime and JavaScript say of it. */
import { LabError } from '@core/errors'

/** The arena's, std::bad_alloc's and V8's words. A size, where there is one, comes at the end. */
const words =
  /bad_alloc|failed to allocate|ran out of memory|allocation failed|output shape may be too large|invalid typed array length/i
const size = /(?:buffer of size|size=|to allocate|array length:) *(\d+)/i

/**
 * The error as LabError `run.out-of-memory` if it is about memory, otherwise as it is. `needed` tells how many bytes were wanted, for
 * messages that name no size.
 */
export function orOutOfMemory(error: unknown, needed: () => number): unknown {
  if (!(error instanceof Error) || error instanceof LabError || !words.test(error.message)) return error
  const named = Number(size.exec(error.message)?.[1] ?? NaN)
  const bytes = error instanceof RangeError ? named * Float32Array.BYTES_PER_ELEMENT : named
  return new LabError('run.out-of-memory', { megabytes: Math.ceil((bytes || needed()) / 1e6) })
}

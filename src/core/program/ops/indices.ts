/** Shared by operations with indices. */
import type { OpKind } from '../types'

/** The index itself. Throws a RangeError unless it is between 0 and size − 1. */
export function requireIndex(kind: OpKind, index: number, size: number): number {
  if (!(index >= 0 && index < size)) throw new RangeError(`${kind}: index ${index} is not between 0 and ${size - 1}`)
  return index
}

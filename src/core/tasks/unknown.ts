/** The unknown token. */
import type { Problem } from '../errors'

/**
 * Reports an unknown token that occurs in validation but never in training, so that its embedding keeps its initial values. `unknown` is
 * its id, or null.
 */
export function untrainedUnknown(
  unknown: number | null,
  training: Iterable<ArrayLike<number>>,
  validation: Iterable<ArrayLike<number>>,
): Problem[] {
  if (unknown === null) return []
  const count = (of: Iterable<ArrayLike<number>>): { all: number; unknown: number } => {
    const counted = { all: 0, unknown: 0 }
    for (const ids of of) {
      counted.all += ids.length
      for (let index = 0; index < ids.length; index++) if (ids[index] === unknown) counted.unknown++
    }
    return counted
  }
  const met = count(validation)
  if (met.unknown === 0 || count(training).unknown > 0) return []
  return [{ code: 'vocabulary.unknown-untrained', params: { count: met.unknown, tokens: met.all } }]
}

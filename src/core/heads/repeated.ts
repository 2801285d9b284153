/** Repeated random tokens, on which induction and duplicate token heads show (Olsson et al. 2022). */
import type { RandomStream } from '../random/stream'

/** Shortest sequence with a repetition in which tokens differ. */
export const shortestRepeated = 4

/**
 * `length` ids: random ones for half of the length, then the same again. No id occurs twice before the repetition, unless there are too few.
 */
export function repeatedTokens(random: RandomStream, ids: readonly number[], length: number): Int32Array {
  const period = Math.floor(length / 2)
  const drawn =
    ids.length >= period
      ? Array.from(random.permutation(ids.length).subarray(0, period))
      : Array.from({ length: period }, () => random.integer(ids.length))
  return Int32Array.from({ length }, (_, at) => ids[drawn[at % period]!]!)
}

/**
 * Byte-pair encoding (Sennrich, Haddow & Birch 2016): starting from characters, repeatedly merges the most frequent adjacent pair into a
 * token. On characters rather than bytes, so that every token is readable.
 */

export type Merge = readonly [left: number, right: number]

/** Limit on distinct pieces; rarer ones are ignored, because they do not change frequent pairs. */
const MOST_PIECES = 20_000

/** A pair of ids as one number; ids are below 2¹⁶. */
const keyOf = (left: number, right: number): number => left * 65_536 + right
const pairOf = (key: number): Merge => [Math.floor(key / 65_536), key % 65_536]

interface Piece {
  ids: number[]
  readonly count: number
}

/** Replaces all occurrences of a pair by one token, from left to right. */
function merged(ids: readonly number[], [left, right]: Merge, token: number): number[] {
  const out: number[] = []
  for (let at = 0; at < ids.length; at++) {
    if (ids[at] === left && ids[at + 1] === right) {
      out.push(token)
      at++
    } else out.push(ids[at]!)
  }
  return out
}

/**
 * Learns up to `most` merges within pieces, given as character ids with their counts. New tokens have ids from `first` on. Ties are broken
 * by lower ids. Ends early when no pair occurs twice.
 */
export function learnMerges(counted: readonly (readonly [readonly number[], number])[], first: number, most: number): Merge[] {
  const pieces: Piece[] = counted
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, MOST_PIECES)
    .map(([ids, count]) => ({ ids: [...ids], count }))
  const counts = new Map<number, number>()
  const places = new Map<number, Set<Piece>>()
  const count = (piece: Piece, sign: 1 | -1): void => {
    for (let at = 1; at < piece.ids.length; at++) {
      const key = keyOf(piece.ids[at - 1]!, piece.ids[at]!)
      counts.set(key, (counts.get(key) ?? 0) + sign * piece.count)
      if (sign > 0) places.set(key, (places.get(key) ?? new Set()).add(piece))
    }
  }
  for (const piece of pieces) count(piece, 1)

  const merges: Merge[] = []
  while (merges.length < most) {
    let best = -1
    let often = 1
    for (const [key, times] of counts) {
      if (times > often || (times === often && times > 1 && key < best)) [best, often] = [key, times]
    }
    if (best < 0) break
    const token = first + merges.length
    merges.push(pairOf(best))
    for (const piece of places.get(best) ?? []) {
      count(piece, -1)
      piece.ids = merged(piece.ids, pairOf(best), token)
      count(piece, 1)
    }
    counts.delete(best)
    places.delete(best)
  }
  return merges
}

/** Encodes the characters of one piece by applying merges in the order they were learned. */
export function createMerger(merges: readonly Merge[], first: number): (ids: readonly number[]) => readonly number[] {
  const rankOf = new Map(merges.map(([left, right], rank) => [keyOf(left, right), rank]))
  return (ids) => {
    let tokens = ids
    for (;;) {
      let earliest = Infinity
      for (let at = 1; at < tokens.length; at++) {
        earliest = Math.min(earliest, rankOf.get(keyOf(tokens[at - 1]!, tokens[at]!)) ?? Infinity)
      }
      const merge = merges[earliest]
      if (!merge) return tokens
      tokens = merged(tokens, merge, first + earliest)
    }
  }
}

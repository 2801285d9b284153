/**
 * Byte-pair encoding (Sennrich, Haddow & Birch 2016): begin with single characters, and again and again make a token of the two that
 * stand side by side most often. On characters rather than bytes, so that every token can be read.
 */

export type Merge = readonly [left: number, right: number]

/** Pieces of a text beyond this many, the rarer ones, are not looked at: they change no frequent pair. */
const MOST_PIECES = 20_000

/** Two ids as one number; ids stay below 2¹⁶. */
const keyOf = (left: number, right: number): number => left * 65_536 + right
const pairOf = (key: number): Merge => [Math.floor(key / 65_536), key % 65_536]

interface Piece {
  ids: number[]
  readonly count: number
}

/** All places of a pair become one token, from left to right. */
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
 * Learns up to `most` merges from pieces, given as ids of single characters, and how often each occurs; nothing is merged across pieces.
 * Tokens made have ids from `first` on. Of pairs equally frequent, that of the lower ids comes first. Ends early when no pair occurs twice.
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

/** Turns the characters of one piece into tokens: merges are applied in the order in which they were learnt. */
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

/**
 * Merges the tokens of a piece by byte-pair encoding (Sennrich, Haddow & Birch 2016): again and again the pair that was learned first, the
 * leftmost of equal ones. A heap of pairs makes this n·log n, so a text without spaces may be one piece.
 */

/** Ids are below this, and pieces shorter: a pair, and a rank with a place, are then one exact number. */
const LIMIT = 2 ** 26

/** `pairs` holds the left and right id of each merge in the order of learning; `results` the ids of the merged tokens. */
export function createPairMerger(
  pairs: readonly number[],
  results: ArrayLike<number>,
): (ids: readonly number[]) => readonly number[] {
  const rankOf = new Map<number, number>()
  for (let rank = 0; rank < results.length; rank++) {
    const key = pairs[2 * rank]! * LIMIT + pairs[2 * rank + 1]!
    if (!rankOf.has(key)) rankOf.set(key, rank)
  }
  const rankAt = (left: number, right: number): number => rankOf.get(left * LIMIT + right) ?? -1
  return (ids) => {
    const count = ids.length
    if (count < 2) return ids
    const token = Int32Array.from(ids)
    const next = Int32Array.from({ length: count }, (_, at) => at + 1)
    const before = Int32Array.from({ length: count }, (_, at) => at - 1)
    const heap: number[] = []
    const offer = (at: number): void => {
      const following = at < 0 ? count : next[at]!
      const rank = following < count ? rankAt(token[at]!, token[following]!) : -1
      if (rank >= 0) push(heap, rank * LIMIT + at)
    }
    for (let at = 0; at + 1 < count; at++) offer(at)
    while (heap.length > 0) {
      const least = pop(heap)
      const rank = Math.floor(least / LIMIT)
      const at = least % LIMIT
      const right = next[at]!
      // Stale: one of the two was merged meanwhile, and what stands there now is another pair.
      if (token[at]! < 0 || right >= count || rankAt(token[at]!, token[right]!) !== rank) continue
      token[at] = results[rank]!
      token[right] = -1
      next[at] = next[right]!
      if (next[at] < count) before[next[at]] = at
      offer(at)
      offer(before[at]!)
    }
    return Array.from(token.filter((id) => id >= 0))
  }
}

/** Binary heap, the least number first. */
function push(heap: number[], value: number): void {
  let at = heap.push(value) - 1
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (heap[parent]! <= value) break
    heap[at] = heap[parent]!
    at = parent
  }
  heap[at] = value
}

function pop(heap: number[]): number {
  const least = heap[0]!
  const value = heap.pop()!
  const count = heap.length
  let at = 0
  for (let child = 1; child < count; child = 2 * at + 1) {
    if (child + 1 < count && heap[child + 1]! < heap[child]!) child++
    if (heap[child]! >= value) break
    heap[at] = heap[child]!
    at = child
  }
  if (count > 0) heap[at] = value
  return least
}

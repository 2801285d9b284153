/** Counting n-grams, and those that two sequences share. */

/** Occurrences of each n-gram of order `n`, joined by `separator`, which must not occur in an item. */
export function ngramsOf(items: readonly string[], n: number, separator = ' '): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (let start = 0; start + n <= items.length; start++) {
    const ngram = items.slice(start, start + n).join(separator)
    counts.set(ngram, (counts.get(ngram) ?? 0) + 1)
  }
  return counts
}

/** Number of shared n-grams; each counts as often as it occurs in both ("clipped"). */
export function sharedNgrams(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let shared = 0
  for (const [ngram, count] of a) shared += Math.min(count, b.get(ngram) ?? 0)
  return shared
}

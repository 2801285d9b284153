/** Fuzzy search in names: letters must occur in order; those at word starts or adjacent to each other score higher. */

/** Match score of a query; 0 if it does not match. */
export function fit(query: string, text: string): number {
  const wanted = normalise(query)
  if (wanted === '') return 1
  const given = normalise(text)
  const whole = given.indexOf(wanted)
  if (whole >= 0) {
    const words = (startsWord(given, whole) ? 500 : 0) + (endsWord(given, whole + wanted.length) ? 100 : 0)
    return 1000 - Math.min(whole, 400) + words - given.length / 100
  }
  let score = 0
  let at = -1
  for (const letter of wanted.replaceAll(' ', '')) {
    const next = given.indexOf(letter, at + 1)
    if (next < 0) return 0
    score += next === at + 1 ? 8 : startsWord(given, next) ? 6 : 1
    at = next
  }
  // Reject letters scattered over a long text, which match by chance.
  return score >= wanted.length * 3 ? score : 0
}

/** Matching items, best first; ties keep their order. `names` returns all names of an item. */
export function search<T>(query: string, items: readonly T[], names: (item: T) => readonly string[]): T[] {
  return items
    .map((item) => ({ item, score: Math.max(0, ...names(item).map((name) => fit(query, name))) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ item }) => item)
}

const normalise = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .trim()
    .replace(/[\s-]+/g, ' ')
const endsWord = (text: string, end: number): boolean => !/\p{L}/u.test(text[end] ?? '')
const startsWord = (text: string, at: number): boolean => at === 0 || /[\s(/:·]/.test(text[at - 1] ?? '')

/** Which way a metric improves. */

const lowerIsBetter: ReadonlySet<string> = new Set(['loss', 'hammingLoss', 'absoluteError', 'perplexity', 'bitsPerCharacter'])

/** The best of some values; NaN counts only if there is nothing else. Undefined if there are none. */
export function bestOf(metric: string, values: Iterable<number>): number | undefined {
  const isBetter = lowerIsBetter.has(metric) ? (a: number, b: number) => a < b : (a: number, b: number) => a > b
  let best: number | undefined
  for (const value of values) if (best === undefined || Number.isNaN(best) || isBetter(value, best)) best = value
  return best
}

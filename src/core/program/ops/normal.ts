/** The normal distribution in float64, for erf, GELU and its gradient. */

/** By the series 2/√π e^−x² Σ 2ⁿ x²ⁿ⁺¹ / (2n+1)!! (Abramowitz & Stegun 7.1.6): all terms of one sign, so nothing cancels. */
export function errorFunction(x: number): number {
  // Beyond 6 the result differs from ±1 by less than float64 can hold.
  if (!(Math.abs(x) < 6)) return Number.isNaN(x) ? x : Math.sign(x)
  let sum = 0
  for (let n = 0, term = x; sum + term !== sum; n++, term *= (2 * x * x) / (2 * n + 1)) sum += term
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum
}

/** Φ(x). */
export function normalDistribution(x: number): number {
  return 0.5 * (1 + errorFunction(x / Math.SQRT2))
}

/** φ(x), the derivative of Φ. */
export function normalDensity(x: number): number {
  return Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI)
}

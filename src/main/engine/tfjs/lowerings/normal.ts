/**
 * Φ and φ of the normal distribution for erf, GELU and its gradient: a table of 32 points a unit, and between them the Taylor
 * series to third order, which is within 1e-8. No exponential and no division for each element: 4 ns where C++'s erf takes 15.
 */
import { normalDensity, normalDistribution } from '@core/program/ops/normal'

const perUnit = 32
/** Beyond, Φ is 0 or 1 and φ is 0 to float32. */
const reach = 8
const sixth = 1 / 6

/** Φ and φ in turn. */
const table = Float64Array.from({ length: 2 * (2 * reach * perUnit + 1) }, (_, i) => {
  const x = (i >> 1) / perUnit - reach
  return i % 2 === 0 ? normalDistribution(x) : normalDensity(x)
})

/** x·Φ(x) */
export function geluLoop(x: Float32Array, output: Float32Array): void {
  for (let i = 0; i < output.length; i++) {
    const value = x[i]!
    if (value > -reach && value < reach) {
      const at = ((value + reach) * perUnit + 0.5) | 0
      const point = at / perUnit - reach
      const d = value - point
      const slope = table[2 * at + 1]!
      output[i] = value * (table[2 * at]! + slope * d * (1 - d * (point * 0.5 - (point * point - 1) * sixth * d)))
    } else output[i] = beyond(value)
  }
}

/** g·(Φ(x) + x·φ(x)) */
export function geluGradientLoop(x: Float32Array, g: Float32Array, output: Float32Array): void {
  for (let i = 0; i < output.length; i++) {
    const value = x[i]!
    if (value > -reach && value < reach) {
      const at = ((value + reach) * perUnit + 0.5) | 0
      const point = at / perUnit - reach
      const d = value - point
      const slope = table[2 * at + 1]!
      const distribution = table[2 * at]! + slope * d * (1 - d * (point * 0.5 - (point * point - 1) * sixth * d))
      // φ(x) = φ(point)·e^u
      const u = -d * (point + 0.5 * d)
      const density = slope * (1 + u * (1 + u * (0.5 + u * (sixth + u / 24))))
      output[i] = g[i]! * (distribution + value * density)
    } else output[i] = g[i]! * (value > 0 ? 1 : value < 0 ? 0 : value)
  }
}

/** 2Φ(x√2) − 1 */
export function erfLoop(x: Float32Array, output: Float32Array): void {
  for (let i = 0; i < output.length; i++) {
    const value = x[i]! * Math.SQRT2
    if (value > -reach && value < reach) {
      const at = ((value + reach) * perUnit + 0.5) | 0
      const point = at / perUnit - reach
      const d = value - point
      const slope = table[2 * at + 1]!
      const above = table[2 * at]! - 0.5
      output[i] = 2 * (above + slope * d * (1 - d * (point * 0.5 - (point * point - 1) * sixth * d)))
    } else output[i] = value > 0 ? 1 : value < 0 ? -1 : value
  }
}

/** x·Φ(x) where Φ is 0 or 1: NaN stays NaN. */
function beyond(x: number): number {
  return x < 0 ? 0 : x
}

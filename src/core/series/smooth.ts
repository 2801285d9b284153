/** Curves made easier to compare: an exponential moving average, and mean and range over several runs. */
import type { Points } from './series'

/**
 * Exponential moving average with `weight` in [0, 1) for the past, corrected for its start from zero as in Adam (Kingma and Ba 2015,
 * section 3). What is not finite is passed on and not averaged.
 */
export function smooth({ steps, values }: Points, weight: number): Points {
  if (weight === 0) return { steps, values }
  const smoothed = new Float32Array(values.length)
  let [average, share] = [0, 1]
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!
    const isFinite = value - value === 0 // this runs for 100,000 points in a frame
    if (isFinite) {
      average = weight * average + (1 - weight) * value
      share *= weight
    }
    smoothed[index] = isFinite ? average / (1 - share) : value
  }
  return { steps, values: smoothed }
}

export interface Band {
  readonly mean: Points
  readonly low: Points
  readonly high: Points
}

/** Mean, smallest and largest value at each step that all of the curves have. */
export function bandOf(curves: readonly Points[]): Band {
  const maps = curves.map(({ steps, values }) => new Map(Array.from(steps, (step, index) => [step, values[index]!])))
  const [first] = curves
  const steps = (first?.steps ?? new Int32Array()).filter((step) => maps.every((map) => Number.isFinite(map.get(step))))
  const over = (reduce: (values: readonly number[]) => number): Points => ({
    steps,
    values: Float32Array.from(steps, (step) => reduce(maps.map((map) => map.get(step)!))),
  })
  return {
    mean: over((values) => values.reduce((sum, value) => sum + value, 0) / values.length),
    low: over((values) => Math.min(...values)),
    high: over((values) => Math.max(...values)),
  }
}

/** The evaluations of a run, from its series. */
import type { RunSeries } from '../series/series'
import { metricOf, validationSeries } from '../series/units'
import type { Evaluation } from './runs'

/** In step order; metrics missing at a step are omitted there. */
export function evaluationsOf(series: RunSeries): readonly Evaluation[] {
  const found = new Map<number, Record<string, number>>()
  for (const metric of series.names.flatMap((name) => metricOf(name) ?? [])) {
    const points = series.get(validationSeries(metric))?.points()
    points?.steps.forEach((step, index) => {
      found.set(step, { ...found.get(step), [metric]: points.values[index]! })
    })
  }
  return [...found].sort(([a], [b]) => a - b).map(([step, { loss = NaN, ...metrics }]) => ({ step, loss, metrics }))
}

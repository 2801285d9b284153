/** The last and the best value of each metric of runs, from their series. */
import { bestOf } from '../metrics/better'
import { metricNames } from '../metrics/table'
import type { RunSeries } from './series'
import { metricOf, validationSeries } from './units'

interface Recorded {
  readonly series: RunSeries
}

export interface Figure {
  readonly last: number | undefined
  readonly best: number | undefined
}

/** Names of the metrics that any of the runs has, the loss first, and those of later versions last. */
export function metricsOf(compared: readonly Recorded[]): string[] {
  const found = new Set(compared.flatMap(({ series }) => series.names.flatMap((name) => metricOf(name) ?? [])))
  const known = ['loss', ...metricNames].filter((name) => found.has(name))
  return [...known, ...[...found].filter((name) => !known.includes(name)).toSorted()]
}

export function figureOf({ series }: Recorded, metric: string): Figure {
  const values = series.get(validationSeries(metric))?.points().values ?? new Float32Array()
  return { last: values.at(-1), best: bestOf(metric, values) }
}

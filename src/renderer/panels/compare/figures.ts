/** The figures of compared runs: the last and the best value of each metric, as a table and as CSV. */
import { bestOf } from '@core/metrics/better'
import { metricNames } from '@core/metrics/table'
import { metricOf, validationSeries } from '@core/series/units'
import type { Compared } from './useCompared'

export interface Figure {
  readonly last: number | undefined
  readonly best: number | undefined
}

/** Names of the metrics that any of the runs has, the loss first, and those of later versions last. */
export function metricsOf(compared: readonly Pick<Compared, 'series'>[]): string[] {
  const found = new Set(compared.flatMap(({ series }) => series.names.flatMap((name) => metricOf(name) ?? [])))
  const known = ['loss', ...metricNames].filter((name) => found.has(name))
  return [...known, ...[...found].filter((name) => !known.includes(name)).toSorted()]
}

export function figureOf({ series }: Pick<Compared, 'series'>, metric: string): Figure {
  const values = series.get(validationSeries(metric))?.points().values ?? new Float32Array()
  return { last: values.at(-1), best: bestOf(metric, values) }
}

/** One row for each run; names of columns are those of series, whatever the language. */
export function tableOf(compared: readonly Compared[]): (string | number)[][] {
  const metrics = metricsOf(compared)
  const heads = metrics.flatMap((metric) => [`last ${validationSeries(metric)}`, `best ${validationSeries(metric)}`])
  const rows = compared.map((each) => {
    const { status } = each.overview
    const loss = each.series.get('loss')?.last ?? ''
    const figures = metrics.flatMap((metric) => {
      const { last = '', best = '' } = figureOf(each, metric)
      return [last, best]
    })
    const seed = each.lab?.training.seed ?? ''
    return [each.letter, each.name, status.run, status.state, seed, status.step, status.parameters, loss, ...figures]
  })
  return [['letter', 'name', 'run', 'state', 'seed', 'step', 'parameters', 'last loss', ...heads], ...rows]
}

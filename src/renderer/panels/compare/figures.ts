/** The figures of compared runs, as a table for CSV. */
import { figureOf, metricsOf } from '@core/series/figures'
import { validationSeries } from '@core/series/units'
import type { Compared } from './useCompared'

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

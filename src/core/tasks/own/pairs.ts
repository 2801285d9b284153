/** Own pairs: a table with a text and what is to be written for it, in every row. */
import { z } from 'zod'
import { LabError } from '../../errors'
import { defineTask } from '../types'
import { writtenSample, WRITTEN_SIGNS, writtenSpec } from '../written'
import { datesExample } from './examples'
import { columnParam, lengthOf, rowParams, rowsTask, splitRows, textNames, tokensOf, vocabularyOf } from './rows'
import { chooseColumns, formatParam, previewTable, readTable, type Cell, type ColumnChoice } from './table'

const params = z.strictObject({
  format: formatParam,
  source: columnParam,
  target: columnParam,
  ...rowParams,
  writtenUnits: rowParams.units,
})
type Params = z.output<typeof params>

const sourceNames = ['source', 'input', 'from', 'question', '原文', '输入', '问题', ...textNames]
const targetNames = ['target', 'output', 'to', 'answer', 'translation', '译文', '输出', '答案']

const choices = ({ source, target }: Params): { source: ColumnChoice; target: ColumnChoice } => ({
  source: { wanted: source, usual: sourceNames, place: 0 },
  target: { wanted: target, usual: targetNames, place: 1 },
})
const single = (cell: Cell | undefined): string => (typeof cell === 'string' ? cell : (cell ?? []).join(' '))

export const ownPairs = defineTask({
  kind: 'own-pairs',
  params,
  data: 'optional',
  preview: (settings, data) => previewTable(data ?? datesExample(), settings.format, choices(settings)),
  create(settings, data) {
    const { format, units, writtenUnits, length: limit, minimum } = settings
    const table = readTable(data ?? datesExample(), format)
    const columns = chooseColumns(table, choices(settings))
    const rows = table.rows.map(({ line, cells }) => {
      const source = tokensOf(single(cells.get(columns.source)), units)
      const target = tokensOf(single(cells.get(columns.target)), writtenUnits)
      if (source.length === 0) throw new LabError('table.no-text', { line, column: columns.source })
      if (target.length === 0) throw new LabError('table.no-text', { line, column: columns.target })
      return { source, target }
    })
    const read = lengthOf(
      rows.map(({ source }) => source),
      limit,
    )
    const written = lengthOf(
      rows.map(({ target }) => target),
      limit,
    )
    const { training, heldOut } = splitRows(rows, ({ source }) => source, read.length)
    const sources = vocabularyOf(
      training.map(({ source }) => source),
      minimum,
      units,
    )
    const targets = vocabularyOf(
      training.map(({ target }) => target),
      minimum,
      writtenUnits,
      WRITTEN_SIGNS,
    )
    const sample = ({ source, target }: (typeof rows)[number]) =>
      writtenSample(sources.encode(source.slice(0, read.length)), targets.encode(target.slice(0, written.length)))
    return rowsTask(
      'own-pairs',
      {
        ...writtenSpec({ length: read.length, tokeniser: sources.tokeniser }, written.length, targets.tokeniser),
        notices: [...read.notices, ...written.notices],
      },
      training.map(sample),
      heldOut.map(sample),
    )
  },
})

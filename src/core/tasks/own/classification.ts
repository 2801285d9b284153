/** Own classification: a table with a text and its class in every row. */
import { z } from 'zod'
import { LabError } from '../../errors'
import { defineTask, specOf } from '../types'
import { sentimentExample } from './examples'
import { classesOf, columnParam, lengthOf, rowParams, rowsTask, splitRows, textNames, tokensOf, vocabularyOf } from './rows'
import { chooseColumns, formatParam, previewTable, readTable, type Cell, type ColumnChoice } from './table'

const params = z.strictObject({ format: formatParam, text: columnParam, label: columnParam, ...rowParams })
type Params = z.output<typeof params>

const labelNames = ['label', 'class', 'category', 'sentiment', 'target', '标签', '类别', '分类', '情感']

const choices = ({ text, label }: Params): { text: ColumnChoice; label: ColumnChoice } => ({
  text: { wanted: text, usual: textNames, place: 0 },
  label: { wanted: label, usual: labelNames, place: -1 },
})
const single = (cell: Cell | undefined): string => (typeof cell === 'string' ? cell : (cell ?? []).join(' ')).trim()

export const ownClassification = defineTask({
  kind: 'own-classification',
  params,
  data: 'optional',
  preview: (settings, data) => previewTable(data ?? sentimentExample(), settings.format, choices(settings)),
  create(settings, data) {
    const { format, units, length: limit, minimum } = settings
    const table = readTable(data ?? sentimentExample(), format)
    const columns = chooseColumns(table, choices(settings))
    const rows = table.rows.map(({ line, cells }) => {
      const [text, label] = [single(cells.get(columns.text)), single(cells.get(columns.label))]
      const tokens = tokensOf(text, units)
      if (tokens.length === 0) throw new LabError('table.no-text', { line, column: columns.text })
      if (label === '') throw new LabError('table.no-label', { line, column: columns.label })
      return { label, tokens }
    })
    const classes = classesOf(rows.map(({ label }) => label))
    const { length, notices } = lengthOf(
      rows.map(({ tokens }) => tokens),
      limit,
    )
    const { training, heldOut } = splitRows(rows, ({ tokens }) => tokens, length)
    const vocabulary = vocabularyOf(
      training.map(({ tokens }) => tokens),
      minimum,
      units,
    )
    const sample = ({ tokens, label }: (typeof rows)[number]) => ({
      tokens: vocabulary.encode(tokens.slice(0, length)),
      targets: [classes.indexOf(label)],
    })
    return rowsTask(
      'own-classification',
      specOf({ aim: 'sequence', length, padded: true, tokeniser: vocabulary.tokeniser, classes, notices }),
      training.map(sample),
      heldOut.map(sample),
    )
  },
})

/** Own labels: a table with a text and any number of labels in every row. */
import { z } from 'zod'
import { LabError } from '../../errors'
import { defineTask, specOf } from '../types'
import { topicsExample } from './examples'
import { classesOf, columnParam, lengthOf, rowParams, rowsTask, splitRows, textNames, tokensOf, vocabularyOf } from './rows'
import { chooseColumns, formatParam, previewTable, readTable, type Cell, type ColumnChoice } from './table'

const separators = { semicolon: ';', comma: ',', bar: '|', space: ' ' } as const

const params = z.strictObject({
  format: formatParam,
  text: columnParam,
  labels: columnParam,
  separator: z.enum(['semicolon', 'comma', 'bar', 'space']).default('semicolon'),
  ...rowParams,
})
type Params = z.output<typeof params>

const labelNames = ['labels', 'topics', 'tags', 'categories', 'label', 'tag', '标签', '主题', '类别']

const choices = ({ text, labels }: Params): { text: ColumnChoice; labels: ColumnChoice } => ({
  text: { wanted: text, usual: textNames, place: 0 },
  labels: { wanted: labels, usual: labelNames, place: -1 },
})

/** The labels of a cell: a list of JSON, or what stands between separators. None at all is allowed. */
function labelsOf(cell: Cell | undefined, separator: string): string[] {
  const all = typeof cell === 'string' ? cell.split(separator) : (cell ?? [])
  return [...new Set(all.map((label) => label.trim()).filter((label) => label !== ''))]
}

export const ownLabels = defineTask({
  kind: 'own-labels',
  params,
  data: 'optional',
  preview: (settings, data) => previewTable(data ?? topicsExample(), settings.format, choices(settings)),
  create(settings, data) {
    const { format, separator, units, length: limit, minimum } = settings
    const table = readTable(data ?? topicsExample(), format)
    const columns = chooseColumns(table, choices(settings))
    const rows = table.rows.map(({ line, cells }) => {
      const cell = cells.get(columns.text)
      const text = typeof cell === 'string' ? cell : (cell ?? []).join(' ')
      const tokens = tokensOf(text, units)
      if (tokens.length === 0) throw new LabError('table.no-text', { line, column: columns.text })
      return { tokens, labels: labelsOf(cells.get(columns.labels), separators[separator]) }
    })
    const classes = classesOf(rows.flatMap(({ labels }) => labels))
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
    const sample = ({ tokens, labels }: (typeof rows)[number]) => ({
      tokens: vocabulary.encode(tokens.slice(0, length)),
      targets: classes.map((label) => Number(labels.includes(label))),
    })
    return rowsTask(
      'own-labels',
      specOf({ aim: 'labels', length, padded: true, tokeniser: vocabulary.tokeniser, classes, notices }),
      training.map(sample),
      heldOut.map(sample),
    )
  },
})

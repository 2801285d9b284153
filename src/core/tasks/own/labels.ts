/** Own labels: a table with a text and any number of labels per row. */
import { z } from 'zod'
import { defineTask, specOf } from '../types'
import { topicsExample } from './examples'
import { joined, type Cell, type ColumnChoices } from './columns'
import {
  classesOf,
  columnParam,
  completeRows,
  knownClass,
  lengthOf,
  rowParams,
  rowsTask,
  splitRows,
  textNames,
  tokensOf,
  vocabularyOf,
} from './rows'
import { classOrderParam } from './class-order'
import { NEW_LAB_WORD_DROPOUT, wordDropout, wordsOnlyDropoutParam } from './word-dropout'
import { previewTable, readTable, tableParams } from './table'

const separators = { semicolon: ';', comma: ',', bar: '|', space: ' ' } as const
/** Separators if none is set. */
const USUAL_SEPARATORS = /[;,|]/

const params = z.strictObject({
  ...tableParams,
  text: columnParam,
  labels: columnParam,
  separator: z.enum(['auto', 'semicolon', 'comma', 'bar', 'space']).default('auto'),
  ...rowParams,
  wordDropout: wordsOnlyDropoutParam,
  classOrder: classOrderParam,
})
type Params = z.output<typeof params>

const labelNames = ['labels', 'topics', 'tags', 'categories', 'label', 'tag', '标签', '主题', '类别']

const choices = ({ text, labels, separator }: Params): ColumnChoices<'text' | 'labels'> => ({
  text: { wanted: text, usual: textNames, holds: 'text' },
  labels: { wanted: labels, usual: labelNames, holds: (cell) => labelsOf(cell, separator) },
})

/** The labels of a cell: a JSON array, a Python list, or separated text. May be empty. */
function labelsOf(cell: Cell | undefined, separator: Params['separator']): string[] {
  const split = separator === 'auto' ? USUAL_SEPARATORS : separators[separator]
  const list = typeof cell === 'string' ? /^\s*\[(.*)\]\s*$/s.exec(cell)?.[1] : undefined
  const all = list !== undefined ? list.split(',') : typeof cell === 'string' ? cell.split(split) : (cell ?? [])
  const bare = (label: string): string => (list === undefined ? label : label.trim().replace(/^(['"])(.*)\1$/s, '$2')).trim()
  return [...new Set(all.map(bare).filter((label) => label !== ''))]
}

export const ownLabels = defineTask({
  kind: 'own-labels',
  params,
  fresh: { wordDropout: NEW_LAB_WORD_DROPOUT },
  data: 'optional',
  preview: (settings, data) => previewTable(data ?? topicsExample(), settings, choices(settings)),
  create(settings, data) {
    const { separator, units, length: limit, minimum } = settings
    const read = (text: string) => {
      const table = readTable(text, settings, choices(settings))
      const complete = completeRows(table.rows, (cells) => {
        const tokens = tokensOf(joined(cells.get(table.chosen.text)), units)
        return tokens.length > 0 ? { tokens, labels: labelsOf(cells.get(table.chosen.labels), separator) } : null
      })
      return { rows: complete.rows, notices: [...table.notices, ...complete.notices] }
    }
    const { rows, notices: gaps } = read(data ?? topicsExample())
    const classes = classesOf(
      rows.flatMap(({ labels }) => labels),
      settings.classOrder,
    )
    const { length, notices: cut } = lengthOf(
      rows.map(({ tokens }) => tokens),
      limit,
    )
    const { training, validation } = splitRows(rows, ({ tokens }) => tokens, length)
    const vocabulary = vocabularyOf(
      training.map(({ tokens }) => tokens),
      minimum,
      units,
    )
    const notices = [...gaps, ...cut, ...vocabulary.notices]
    const idOf = new Map(classes.map((label, id) => [label, id]))
    const sample = ({ tokens, labels }: (typeof rows)[number]) => {
      const ids = labels.map((label) => knownClass(idOf, label))
      return {
        tokens: vocabulary.encode(tokens.slice(0, length)),
        // Computed per batch, because dense targets of all rows would not fit in memory.
        get targets() {
          const targets = new Float32Array(classes.length)
          for (const id of ids) targets[id] = 1
          return targets
        },
      }
    }
    return rowsTask(
      'own-labels',
      specOf({ aim: 'labels', length, padded: true, tokeniser: vocabulary.tokeniser, classes, notices }),
      training.map(sample),
      validation.map(sample),
      wordDropout(vocabulary, settings.wordDropout),
      (text) => read(text).rows.map(sample),
    )
  },
})

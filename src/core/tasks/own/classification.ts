/** Own classification: a table with a text and a class per row. */
import { z } from 'zod'
import { defineTask, specOf } from '../types'
import { sentimentExample } from './examples'
import { joined, type ColumnChoices } from './columns'
import {
  classesOf,
  columnParam,
  completeRows,
  knownClass,
  lengthOf,
  rareClasses,
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

const params = z.strictObject({
  ...tableParams,
  text: columnParam,
  label: columnParam,
  ...rowParams,
  wordDropout: wordsOnlyDropoutParam,
  classOrder: classOrderParam,
})
type Params = z.output<typeof params>

const labelNames = ['label', 'class', 'category', 'sentiment', 'target', 'polarity', '标签', '类别', '分类', '情感']

const choices = ({ text, label }: Params): ColumnChoices<'text' | 'label'> => ({
  text: { wanted: text, usual: textNames, holds: 'text' },
  label: { wanted: label, usual: labelNames, holds: (cell) => [joined(cell)] },
})

export const ownClassification = defineTask({
  kind: 'own-classification',
  params,
  fresh: { wordDropout: NEW_LAB_WORD_DROPOUT },
  data: 'optional',
  preview: (settings, data) => previewTable(data ?? sentimentExample(), settings, choices(settings)),
  create(settings, data) {
    const { units, length: limit, minimum } = settings
    const read = (text: string) => {
      const table = readTable(text, settings, choices(settings))
      const complete = completeRows(table.rows, (cells) => {
        const label = joined(cells.get(table.chosen.label))
        const tokens = tokensOf(joined(cells.get(table.chosen.text)), units)
        return tokens.length > 0 && label !== '' ? { label, tokens } : null
      })
      return { rows: complete.rows, notices: [...table.notices, ...complete.notices] }
    }
    const { rows, notices: gaps } = read(data ?? sentimentExample())
    const classes = classesOf(
      rows.map(({ label }) => label),
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
    const notices = [...gaps, ...rareClasses(classes, rows.length), ...cut, ...vocabulary.notices]
    const idOf = new Map(classes.map((label, id) => [label, id]))
    const sample = ({ tokens, label }: (typeof rows)[number]) => ({
      tokens: vocabulary.encode(tokens.slice(0, length)),
      targets: [knownClass(idOf, label)],
    })
    return rowsTask(
      'own-classification',
      specOf({ aim: 'sequence', length, padded: true, tokeniser: vocabulary.tokeniser, classes, notices }),
      training.map(sample),
      validation.map(sample),
      wordDropout(vocabulary, settings.wordDropout),
      (text) => read(text).rows.map(sample),
    )
  },
})

/** Own classification: a table with a text and a class per row. */
import { z } from 'zod'
import { defineTask, specOf } from '../types'
import { sentimentExample } from './examples'
import { joined, type ColumnChoices } from './columns'
import {
  classesOf,
  columnParam,
  completeRows,
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
    const table = readTable(data ?? sentimentExample(), settings, choices(settings))
    const { rows, notices: gaps } = completeRows(table.rows, (cells) => {
      const label = joined(cells.get(table.chosen.label))
      const tokens = tokensOf(joined(cells.get(table.chosen.text)), units)
      return tokens.length > 0 && label !== '' ? { label, tokens } : null
    })
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
    const notices = [...table.notices, ...gaps, ...rareClasses(classes, rows.length), ...cut, ...vocabulary.notices]
    const sample = ({ tokens, label }: (typeof rows)[number]) => ({
      tokens: vocabulary.encode(tokens.slice(0, length)),
      targets: [classes.indexOf(label)],
    })
    return rowsTask(
      'own-classification',
      specOf({ aim: 'sequence', length, padded: true, tokeniser: vocabulary.tokeniser, classes, notices }),
      training.map(sample),
      validation.map(sample),
      wordDropout(vocabulary, settings.wordDropout),
    )
  },
})

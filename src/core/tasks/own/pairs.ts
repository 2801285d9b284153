/** Own pairs: a table with a source text and a target text per row. */
import { z } from 'zod'
import { LabError } from '../../errors'
import { defineTask } from '../types'
import { writtenSample, WRITTEN_SIGNS, writtenSpec } from '../written'
import { datesExample } from './examples'
import { joined, type ColumnChoices } from './columns'
import {
  columnParam,
  completeRows,
  leftOut,
  lengthOf,
  rowParams,
  rowsTask,
  splitRows,
  textNames,
  tokensOf,
  vocabularyOf,
} from './rows'
import { NEW_LAB_WORD_DROPOUT, wordDropout, wordsOnlyDropoutParam } from './word-dropout'
import { previewTable, readTable, tableParams } from './table'

const params = z.strictObject({
  ...tableParams,
  source: columnParam,
  target: columnParam,
  ...rowParams,
  wordDropout: wordsOnlyDropoutParam,
  writtenUnits: rowParams.units,
})
type Params = z.output<typeof params>

const sourceNames = ['source', 'input', 'from', 'question', '原文', '输入', '问题', ...textNames]
const targetNames = ['target', 'output', 'to', 'answer', 'translation', '译文', '输出', '答案']

const choices = ({ source, target }: Params): ColumnChoices<'source' | 'target'> => ({
  source: { wanted: source, usual: sourceNames, holds: 'text' },
  target: { wanted: target, usual: targetNames, holds: 'text' },
})

export const ownPairs = defineTask({
  kind: 'own-pairs',
  params,
  fresh: { wordDropout: NEW_LAB_WORD_DROPOUT },
  data: 'optional',
  preview: (settings, data) => previewTable(data ?? datesExample(), settings, choices(settings)),
  create(settings, data) {
    const { units, writtenUnits, length: limit, minimum } = settings
    const readPairs = (text: string) => {
      const table = readTable(text, settings, choices(settings))
      const complete = completeRows(table.rows, (cells) => {
        const source = tokensOf(joined(cells.get(table.chosen.source)), units)
        const target = tokensOf(joined(cells.get(table.chosen.target)), writtenUnits)
        return source.length > 0 && target.length > 0 ? { source, target } : null
      })
      return { table, ...complete }
    }
    const { table, ...complete } = readPairs(data ?? datesExample())
    // A truncated target would teach the model to stop in the middle.
    const [rows, long] = [
      complete.rows.filter(({ target }) => target.length <= limit),
      complete.rows.filter(({ target }) => target.length > limit),
    ]
    if (rows.length === 0) throw new LabError('pairs.all-too-long', { limit })
    const read = lengthOf(
      rows.map(({ source }) => source),
      limit,
    )
    const longest = lengthOf(
      rows.map(({ target }) => target),
      limit,
    ).length
    const { training, validation } = splitRows(rows, ({ source }) => source, read.length)
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
      writtenSample(sources.encode(source.slice(0, read.length)), targets.encode(target))
    return rowsTask(
      'own-pairs',
      {
        ...writtenSpec({ length: read.length, tokeniser: sources.tokeniser }, longest, targets.tokeniser),
        notices: [
          ...table.notices,
          ...complete.notices,
          ...leftOut(
            'pairs.left-out',
            long.map(({ line }) => line),
            table.rows.length,
          ).map(({ code, params }) => ({ code, params: { ...params, limit } })),
          ...read.notices,
          ...sources.notices,
          ...targets.notices,
        ],
      },
      training.map(sample),
      validation.map(sample),
      wordDropout(sources, settings.wordDropout),
      (text) =>
        readPairs(text)
          .rows.filter(({ target }) => target.length <= longest)
          .map(sample),
    )
  },
})

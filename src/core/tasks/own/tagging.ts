/** Own tagging: sentences with a tag per word, in CoNLL format. */
import { z } from 'zod'
import { defineTask, specOf } from '../types'
import { previewConll, readConll } from './conll'
import { taggingExample } from './examples'
import { classesOf, knownClass, lengthOf, rowParams, rowsTask, splitRows, vocabularyOf } from './rows'
import { classOrderParam } from './class-order'
import { NEW_LAB_WORD_DROPOUT, wordDropout, wordDropoutParam } from './word-dropout'

const column = z.number().int().min(0).max(100)

export const ownTagging = defineTask({
  kind: 'own-tagging',
  params: z.strictObject({
    word: column.min(1).default(1),
    tag: column.default(0),
    length: rowParams.length,
    minimum: rowParams.minimum,
    wordDropout: wordDropoutParam,
    classOrder: classOrderParam,
  }),
  fresh: { wordDropout: NEW_LAB_WORD_DROPOUT },
  data: 'optional',
  preview: (columns, data) => previewConll(data ?? taggingExample(), columns),
  create({ word, tag, length: limit, minimum, wordDropout: alpha, classOrder }, data) {
    const { sentences, notices: gaps } = readConll(data ?? taggingExample(), { word, tag })
    const classes = classesOf(
      sentences.flatMap(({ tags }) => tags),
      classOrder,
    )
    const { length, notices: cut } = lengthOf(
      sentences.map(({ words }) => words),
      limit,
    )
    const { training, validation } = splitRows(sentences, ({ words }) => words, length)
    const vocabulary = vocabularyOf(
      training.map(({ words }) => words),
      minimum,
      'as given',
    )
    const idOfClass = new Map(classes.map((text, id) => [text, id]))
    const sample = ({ words, tags }: (typeof sentences)[number]) => ({
      tokens: vocabulary.encode(words.slice(0, length)),
      targets: tags.slice(0, length).map((text) => knownClass(idOfClass, text)),
    })
    return rowsTask(
      'own-tagging',
      specOf({
        length,
        padded: true,
        tokeniser: vocabulary.tokeniser,
        classes,
        notices: [...gaps, ...cut, ...vocabulary.notices],
      }),
      training.map(sample),
      validation.map(sample),
      wordDropout(vocabulary, alpha),
      (text) => readConll(text, { word, tag }).sentences.map(sample),
    )
  },
})

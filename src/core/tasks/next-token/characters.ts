/**
 * Characters: predict the next character of a text, as in Karpathy's char-rnn (2015). The text is the learner's own or the built-in one.
 * Training windows come from its first nine tenths, validation windows from the last tenth.
 */
import { z } from 'zod'
import { LabError } from '../../errors'
import type { Tokeniser } from '../../tokenisers'
import { defineTask } from '../types'
import { builtInText } from './text'
import { encodeText, replacementIn } from './vocabulary'
import { windowsTask } from './windows'

export const characters = defineTask({
  kind: 'characters',
  params: z.strictObject({ length: z.number().int().min(2).max(1024).default(64) }),
  data: 'optional',
  create({ length }, data) {
    const { vocabulary, ids, notices } = encodeText(data ?? builtInText)
    if (ids.length === 0) throw new LabError('text.empty')
    const validationSize = Math.ceil(ids.length / 10)
    if (validationSize < length + 1) {
      throw new LabError('text.too-short', { characters: ids.length, minimum: 10 * length + 1, length })
    }
    if (vocabulary.length === 1) throw new LabError('text.one-symbol', { symbol: vocabulary[0]! })
    const tokeniser: Tokeniser = { kind: 'characters', vocabulary, signs: 0, unknown: replacementIn(vocabulary) }
    return windowsTask({ kind: 'characters', tokeniser, ids, validationStart: ids.length - validationSize, notices }, length)
  },
})

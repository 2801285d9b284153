/**
 * Words: predict the next word of a text. A word includes its preceding space, as in GPT-2, so that decoding needs no spacing rules. Rare
 * words share one token.
 */
import { z } from 'zod'
import { LabError } from '../../errors'
import { encode, type Tokeniser } from '../../tokenisers'
import { piecesOf } from '../../tokenisers/pieces'
import { defineTask } from '../types'
import { untrainedUnknown } from '../unknown'
import { lastTenth } from './last-tenth'
import { builtInText } from './text'
import { windowsTask } from './windows'

/** Token for all words too rare for their own. */
const RARE = '□'

export const words = defineTask({
  kind: 'words',
  params: z.strictObject({
    length: z.number().int().min(2).max(512).default(32),
    words: z.number().int().min(10).max(8192).default(500),
  }),
  data: 'optional',
  create({ length, words: most }, data) {
    const text = data ?? builtInText
    if (text === '') throw new LabError('text.empty')
    const boundary = lastTenth(text)
    const training = text.slice(0, boundary)
    const counts = new Map<string, number>()
    for (const piece of piecesOf(training)) counts.set(piece, (counts.get(piece) ?? 0) + 1)
    counts.delete(RARE)
    const byFrequency = [...counts].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
    const vocabulary = [RARE, ...byFrequency.slice(0, most - 1).map(([piece]) => piece)]
    if (counts.size === 1) throw new LabError('text.one-symbol', { symbol: vocabulary[1]! })
    const tokeniser: Tokeniser = { kind: 'words', vocabulary, signs: 0, unknown: 0, spaces: 'kept' }
    const { ids: known } = encode(tokeniser, training)
    const { ids: last } = encode(tokeniser, text.slice(boundary))
    const notices = untrainedUnknown(0, [known], [last])
    return windowsTask(
      { kind: 'words', tokeniser, ids: Uint16Array.from([...known, ...last]), validationStart: known.length, notices },
      length,
    )
  },
})

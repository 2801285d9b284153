/**
 * Byte pairs: predict the next token of a text, with a vocabulary learned from the text. It starts with the single characters; the other
 * tokens are merges in the order of their ids, and the tokeniser stores the pair of each.
 */
import { z } from 'zod'
import { LabError } from '../../errors'
import { createPieceEncoder, type BytePairs } from '../../tokenisers/byte-pairs'
import { learnMerges } from '../../tokenisers/merges'
import { piecesOf } from '../../tokenisers/pieces'
import { defineTask } from '../types'
import { lastTenth } from './last-tenth'
import { builtInText } from './text'
import { encodeText, replacementIn } from './vocabulary'
import { windowsTask } from './windows'

export const bytePairs = defineTask({
  kind: 'byte-pairs',
  params: z.strictObject({
    length: z.number().int().min(2).max(512).default(32),
    merges: z.number().int().min(0).max(2000).default(200),
  }),
  data: 'optional',
  create({ length, merges: most }, data) {
    const text = data ?? builtInText
    if (text === '') throw new LabError('text.empty')
    const { vocabulary: characters, notices } = encodeText(text)
    if (characters.length === 1) throw new LabError('text.one-symbol', { symbol: characters[0]! })
    const unknown = replacementIn(characters)
    const split = createPieceEncoder({ kind: 'byte-pairs', vocabulary: characters, merges: [], unknown })

    const boundary = lastTenth(text)
    const training = text.slice(0, boundary)
    const counts = new Map<string, number>()
    for (const piece of piecesOf(training)) counts.set(piece, (counts.get(piece) ?? 0) + 1)
    const merges = learnMerges(
      [...counts].map(([piece, count]) => [split(piece), count]),
      characters.length,
      most,
    )
    const vocabulary = [...characters]
    for (const [left, right] of merges) vocabulary.push(vocabulary[left]! + vocabulary[right]!)

    const tokeniser: BytePairs = { kind: 'byte-pairs', vocabulary, merges, unknown }
    const encodePiece = createPieceEncoder(tokeniser)
    const ids = new Uint16Array(text.length) // at most as many tokens as characters
    let end = 0
    const encode = (part: string): void => {
      for (const piece of piecesOf(part)) {
        const tokens = encodePiece(piece)
        ids.set(tokens, end)
        end += tokens.length
      }
    }
    encode(training)
    const validationStart = end
    encode(text.slice(boundary))
    return windowsTask({ kind: 'byte-pairs', tokeniser, ids: ids.subarray(0, end), validationStart, notices }, length)
  },
})

/**
 * Part-of-speech tagging: name each word's class. Nearly every sentence holds words that could be two things ("the cooks play"), so
 * what a word is has to be read from its neighbours: the best a model can do that sees each word alone, or each word and its place,
 * is measured in the tests and stays well below 0.90, while the sentences as wholes are unambiguous.
 *
 * The split is by content: a sentence whose hash is small is held out, and training draws it again. No sentence is on both sides.
 */
import { z } from 'zod'
import { hashIds } from '../../random/hash'
import { stream, type RandomStream } from '../../random/stream'
import { heldOutBatches, paddedBatch, type Row } from '../padded'
import { defineTask, plainSpec } from '../types'
import { drawSentence, grammarSymbols, MAXIMUM_TOKENS } from './sentences'

const PADDING = '·'
const HELD_OUT_SENTENCES = 600
/** One sentence in ten belongs to the held-out side. */
const HELD_OUT_BELOW_HASH = 0.1 * 2 ** 32

export const posTagging = defineTask({
  kind: 'pos-tagging',
  params: z.strictObject({}),
  data: 'none',
  create() {
    const { words, tags } = grammarSymbols()
    const vocabulary = [PADDING, ...words]
    const tokenOfWord = new Map(vocabulary.map((word, id) => [word, id]))
    const classOfTag = new Map(tags.map((tag, id) => [tag, id]))

    /** A sentence of the held-out side or of the other. */
    const draw = (random: RandomStream, heldOut: boolean): Row => {
      for (;;) {
        const sentence = drawSentence(random)
        const tokens = sentence.map(({ word }) => tokenOfWord.get(word)!)
        if (hashIds(tokens) < HELD_OUT_BELOW_HASH === heldOut) {
          return { tokens, targets: sentence.map(({ tag }) => classOfTag.get(tag)!) }
        }
      }
    }

    const heldOut = new Map<string, Row>()
    const random = stream(0, 'pos-tagging', 'held out')
    while (heldOut.size < HELD_OUT_SENTENCES) {
      const row = draw(random, true)
      heldOut.set(Array.from(row.tokens).join(), row)
    }
    return {
      spec: { ...plainSpec, length: MAXIMUM_TOKENS, vocabulary, classes: tags, padded: true, heldOut: heldOut.size },
      trainBatch(seed, step, size) {
        const random = stream(seed, 'pos-tagging', 'batch', step)
        return paddedBatch(
          Array.from({ length: size }, () => draw(random, false)),
          size,
          MAXIMUM_TOKENS,
        )
      },
      ...heldOutBatches([...heldOut.values()], MAXIMUM_TOKENS),
    }
  },
})

/**
 * Characters: predict the next character of a text, as small language models do (Karpathy's char-rnn, 2015). The text is the
 * learner's own, or the built-in one. Its last tenth is held out; training windows come from the rest.
 */
import { z } from 'zod'
import { LabError } from '../../errors'
import { stream } from '../../random/stream'
import { defineTask, plainSpec, type Batch } from '../types'
import { builtInText } from './text'
import { encodeText, type EncodedText } from './vocabulary'

/** Evaluation looks at so many windows at most, spread evenly over the held-out tenth: else a long text would be all evaluation. */
const MAXIMUM_HELD_OUT_WINDOWS = 512

const params = z.strictObject({ length: z.number().int().min(2).max(1024).default(64) })

/** (starts, length) windows; the targets are the same windows one character on. */
function windows(ids: EncodedText['ids'], starts: ArrayLike<number>, length: number): Batch {
  const tokens = new Int32Array(starts.length * length)
  const targets = new Int32Array(starts.length * length)
  for (let row = 0; row < starts.length; row++) {
    const start = starts[row]!
    tokens.set(ids.subarray(start, start + length), row * length)
    targets.set(ids.subarray(start + 1, start + length + 1), row * length)
  }
  return { tokens, targets }
}

export const characters = defineTask({
  kind: 'characters',
  params,
  data: 'optional',
  create({ length }, data) {
    const { vocabulary, ids } = encodeText(data ?? builtInText)
    if (ids.length === 0) throw new LabError('text.empty')
    const heldOutSize = Math.ceil(ids.length / 10)
    // A window needs one character more than its length: the last one's successor.
    if (heldOutSize < length + 1) {
      throw new LabError('text.too-short', { characters: ids.length, minimum: 10 * length + 1, length })
    }
    if (vocabulary.length === 1) throw new LabError('text.one-symbol', { symbol: vocabulary[0]! })

    const heldOutStart = ids.length - heldOutSize
    const heldOutWindows = Math.min(MAXIMUM_HELD_OUT_WINDOWS, Math.floor((heldOutSize - 1) / length))
    const evaluationBatches = (size: number): number => Math.ceil(heldOutWindows / size)
    return {
      spec: {
        ...plainSpec,
        length,
        vocabulary,
        classes: vocabulary,
        padded: false,
        heldOut: heldOutWindows,
        causal: true,
      },
      trainBatch(seed, step, size) {
        const random = stream(seed, 'characters', 'batch', step)
        const starts = Array.from({ length: size }, () => random.integer(heldOutStart - length))
        return windows(ids, starts, length)
      },
      evaluationBatches,
      /** Every batch is full: windows are spread evenly from the first held-out character to the last, and overlap where they must. */
      evaluationBatch(index, size) {
        const count = evaluationBatches(size) * size
        const lastStart = heldOutSize - 1 - length
        const starts = Array.from({ length: size }, (_, row) => {
          const place = count === 1 ? 0 : (index * size + row) / (count - 1)
          return heldOutStart + Math.round(place * lastStart)
        })
        return windows(ids, starts, length)
      },
    }
  },
})

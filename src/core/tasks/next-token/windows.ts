/** Windows of a long text, shared by all tasks that predict the next token. Validation uses the end of the text. */
import { LabError, type Problem } from '../../errors'
import { stream } from '../../random/stream'
import { encode, type Tokeniser } from '../../tokenisers'
import { specOf, type Batch, type TaskInstance } from '../types'

/**
 * Maximum windows per evaluation, evenly spread over the validation part, because long texts would otherwise spend all time on evaluation.
 */
const MAXIMUM_VALIDATION_WINDOWS = 512

/** A whole text as token ids. */
export type TokenIds = Uint8Array | Uint16Array | Int32Array

export interface TokenText {
  readonly kind: string
  readonly tokeniser: Tokeniser
  readonly ids: TokenIds
  /** Index of the first validation token; training windows lie before it. */
  readonly validationStart: number
  readonly notices?: readonly Problem[]
}

/** (starts, length) windows, with targets shifted by one token. */
function windows(ids: TokenIds, starts: ArrayLike<number>, length: number): Batch {
  const tokens = new Int32Array(starts.length * length)
  const targets = new Int32Array(starts.length * length)
  for (let row = 0; row < starts.length; row++) {
    const start = starts[row]!
    tokens.set(ids.subarray(start, start + length), row * length)
    targets.set(ids.subarray(start + 1, start + length + 1), row * length)
  }
  return { tokens, targets }
}

/** Throws LabError `text.too-few-tokens`: a window needs one token beyond its length, as the last target. */
export function windowsTask(text: TokenText, length: number): TaskInstance {
  const { kind, tokeniser, ids, validationStart, notices = [] } = text
  const validationSize = ids.length - validationStart
  const fewest = Math.min(validationSize, validationStart)
  if (fewest < length + 1) throw new LabError('text.too-few-tokens', { tokens: fewest, minimum: length + 1, length })
  const validationWindows = Math.min(MAXIMUM_VALIDATION_WINDOWS, Math.floor((validationSize - 1) / length))
  const evaluationBatches = (size: number): number => Math.ceil(validationWindows / size)
  return {
    spec: {
      ...specOf({ length, padded: false, tokeniser, classes: tokeniser.vocabulary, causal: true, notices }),
      validation: validationWindows,
    },
    trainBatch(seed, step, size) {
      const random = stream(seed, kind, 'batch', step)
      const starts = Array.from({ length: size }, () => random.integer(validationStart - length))
      return windows(ids, starts, length)
    },
    evaluationBatches,
    /** Every batch is full: windows are evenly spread from the first validation token to the last, overlapping if necessary. */
    evaluationBatch(index, size) {
      const count = evaluationBatches(size) * size
      const lastStart = validationSize - 1 - length
      const starts = Array.from({ length: size }, (_, row) => {
        const place = count === 1 ? 0 : (index * size + row) / (count - 1)
        return validationStart + Math.round(place * lastStart)
      })
      return windows(ids, starts, length)
    },
    withHidden(data) {
      if ('seed' in data) throw new LabError('task.hidden-takes-text', { task: kind })
      const hidden = encode(tokeniser, data.text).ids
      const joined = new Int32Array(validationStart + hidden.length)
      joined.set(ids.subarray(0, validationStart))
      joined.set(hidden, validationStart)
      return windowsTask({ ...text, ids: joined }, length)
    },
  }
}

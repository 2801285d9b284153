/** Windows of a long text: what all tasks are made of that predict the next token. The end of the text is held out. */
import { LabError, type Problem } from '../../errors'
import { stream } from '../../random/stream'
import type { Tokeniser } from '../../tokenisers'
import { specOf, type Batch, type TaskInstance } from '../types'

/** Evaluation looks at so many windows at most, spread evenly over the held-out end: else a long text would be all evaluation. */
const MAXIMUM_HELD_OUT_WINDOWS = 512

/** A whole text as token ids. */
export type TokenIds = Uint8Array | Uint16Array | Int32Array

export interface TokenText {
  readonly kind: string
  readonly tokeniser: Tokeniser
  readonly ids: TokenIds
  /** Training windows come from before this token, held-out ones from it and what follows. */
  readonly heldOutStart: number
  readonly notices?: readonly Problem[]
}

/** (starts, length) windows; the targets are the same windows one token on. */
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

/** Throws LabError `text.too-few-tokens`: a window needs one token more than its length, the last one's successor. */
export function windowsTask({ kind, tokeniser, ids, heldOutStart, notices = [] }: TokenText, length: number): TaskInstance {
  const heldOutSize = ids.length - heldOutStart
  const fewest = Math.min(heldOutSize, heldOutStart)
  if (fewest < length + 1) throw new LabError('text.too-few-tokens', { tokens: fewest, minimum: length + 1, length })
  const heldOutWindows = Math.min(MAXIMUM_HELD_OUT_WINDOWS, Math.floor((heldOutSize - 1) / length))
  const evaluationBatches = (size: number): number => Math.ceil(heldOutWindows / size)
  return {
    spec: {
      ...specOf({ length, padded: false, tokeniser, classes: tokeniser.vocabulary, causal: true, notices }),
      heldOut: heldOutWindows,
    },
    trainBatch(seed, step, size) {
      const random = stream(seed, kind, 'batch', step)
      const starts = Array.from({ length: size }, () => random.integer(heldOutStart - length))
      return windows(ids, starts, length)
    },
    evaluationBatches,
    /** Every batch is full: windows are spread evenly from the first held-out token to the last, and overlap where they must. */
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
}

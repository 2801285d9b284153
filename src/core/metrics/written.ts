/** Generated sequences end at their first end token. */
import type { Batch } from '../tasks/types'
import type { Answers, AnswerShape } from './counts'

/** Predictions (batch, token), with −1, which is never correct, after the end of each sequence. */
export function untilEnd({ length, written }: AnswerShape, { mask }: Batch, predictions: Answers): Int32Array {
  const until = Int32Array.from(predictions)
  for (let start = 0; start < until.length; start += length) {
    const row = until.subarray(start, start + length)
    const end = row.findIndex((id, place) => id === written?.end && mask?.[start + place] !== 0)
    if (end >= 0) row.fill(-1, end + 1)
  }
  return until
}

/** Normalisers: what makes weights of a row of scores. One entry each; the first is the usual one. */
import type { Value } from '../../program/types'
import type { BlockBuilder } from '../define'

/** A row whose scores add up to less is divided by this. */
const LEAST = 1e-6

/** Scores (B, h, T, S), far below 0 where nothing may be seen, and how many keys each query may see → weights (B, h, T, S). */
export const normalisers = {
  softmax: (b, scores) => b.softmax(scores),

  /** ReLU / n, n keys that may be seen (Wortsman et al. 2023): no distribution, since the weights need not add up to 1. */
  relu: (b, scores, seen) => b.div(b.relu(scores), b.maximum(seen(), 1)),

  /** ReLU divided by its own sum; nothing is seen where no score is above 0. */
  'relu-renormalised': (b, scores) => {
    const positive = b.relu(scores)
    return b.div(positive, b.maximum(b.sum(positive, -1, true), LEAST))
  },

  /** Each key for itself, between 0 and 1 (Ramapuram et al. 2024, without their bias). */
  sigmoid: (b, scores) => b.sigmoid(scores),

  /** The nearest distribution, mostly exact zeros (Martins & Astudillo 2016). */
  sparsemax: (b, scores) => b.sparsemax(scores),
} satisfies Record<string, (b: BlockBuilder, scores: Value, seen: () => Value) => Value>

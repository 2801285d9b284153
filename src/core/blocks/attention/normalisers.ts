/** Normalisers: from a row of scores to attention weights. One entry each; the first is the standard one. */
import type { Value } from '../../program/types'
import type { BlockBuilder } from '../define'

/** Lower bound of the divisor, so that a row of zeros stays zero. */
const LEAST = 1e-6

/** Scores (B, h, T, S), hugely negative for hidden keys, and the number of visible keys per query → weights (B, h, T, S). */
export const normalisers = {
  softmax: (b, scores) => b.softmax(scores),

  /** ReLU / n for n visible keys (Wortsman et al. 2023). The weights need not sum to 1. */
  relu: (b, scores, seen) => b.div(b.relu(scores), b.maximum(seen(), 1)),

  /** ReLU divided by its sum; all zeros if no score is positive. */
  'relu-renormalised': (b, scores) => {
    const positive = b.relu(scores)
    return b.div(positive, b.maximum(b.sum(positive, -1, true), LEAST))
  },

  /** Each key independently, between 0 and 1 (Ramapuram et al. 2024, without their bias). */
  sigmoid: (b, scores) => b.sigmoid(scores),

  /** Projection onto the probability simplex, with exact zeros (Martins & Astudillo 2016). */
  sparsemax: (b, scores) => b.sparsemax(scores),
} satisfies Record<string, (b: BlockBuilder, scores: Value, seen: () => Value) => Value>

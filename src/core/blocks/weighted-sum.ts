/** Weighted sum: Σ_j α_j·v_j for each query, the product of weights and values. The last step of attention from scratch. */
import { z } from 'zod'
import { defineBlock, features, scores } from './define'

export const weightedSum = defineBlock({
  kind: 'weighted-sum',
  family: 'attention',
  inputs: { weights: scores, values: features },
  outputs: { y: features },
  params: z.object({}),
  lookahead(input) {
    const [weights, values] = [input('weights'), input('values')]
    const seesLater = weights.isCausal !== true && values.tokens > -Infinity
    return { tokens: seesLater ? Infinity : Math.max(weights.tokens, values.tokens) }
  },
  build({ weights, values }, _params, b) {
    const [left = 0, right = 0] = [weights.shape[2], values.shape[1]]
    if (left !== right) {
      b.refuse('graph.length-mismatch', { left, leftNode: b.source('weights'), right, rightNode: b.source('values') })
    }
    const pairs = b.mask('weights')
    b.carry({ mask: pairs && b.max(pairs, 2) })
    const given = pairs ? b.mul(weights, b.max(pairs, 1, true)) : weights // padding gets no weight, however the weights were computed
    return { y: b.matmul(given, b.gate('values', values, [right, 1])) }
  },
})

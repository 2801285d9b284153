/** The point of the probability simplex nearest to x, over the last axis: max(x − τ, 0), with τ such that the result sums to 1. */
import { defineOp, requireType, type NoAttributes } from '../define'
import { sizeOf } from '../shapes'
import { mapRows } from './rows'

declare module '../types' {
  interface OpAttributes {
    sparsemax: NoAttributes
  }
}

/** τ of a row in descending order: (Σ of the k largest − 1) / k for the largest k whose smallest number lies above it. */
export function sparsemaxThreshold(descending: Float32Array | Float64Array): number {
  let threshold = NaN
  for (let k = 1, sum = 0; k <= descending.length; k++) {
    const x = descending[k - 1]!
    sum += x
    if (k > 1 && !(x * k + 1 > sum)) break
    threshold = (sum - 1) / k
  }
  return threshold
}

export const sparsemax = defineOp({
  kind: 'sparsemax',
  arity: 1,
  infer([x]) {
    requireType('sparsemax', 'float32', x)
    return x
  },
  // Martins & Astudillo 2016, algorithm 1
  compute: ([x]) =>
    mapRows(x, (row) => {
      const threshold = sparsemaxThreshold(row.toSorted().reverse())
      return row.map((value) => Math.max(value - threshold, 0))
    }),
  // Within what is not 0, the gradient minus its mean there (equation 14)
  gradient({ output }, g, e) {
    const support = e.greater(output, 0)
    const mean = e.div(e.sum(e.mul(g, support), -1, true), e.sum(support, -1, true))
    return [e.mul(support, e.sub(g, mean))]
  },
  flops: ({ output }) => 5 * sizeOf(output.shape),
})

/** (x − mean) / √(variance + ε) over the last axis; the variance divides by n (layer normalisation, Ba et al. 2016). */
import { defineOp, requireType } from '../define'
import { sizeOf } from '../shapes'
import { mapRows, moments } from './rows'

declare module '../types' {
  interface OpAttributes {
    standardise: { readonly epsilon: number }
  }
}

export const standardise = defineOp({
  kind: 'standardise',
  arity: 1,
  infer([x]) {
    requireType('standardise', 'float32', x)
    return x
  },
  compute: ([x], { epsilon }) =>
    mapRows(x, (row) => {
      const { mean, variance } = moments(row)
      return row.map((value) => (value - mean) / Math.sqrt(variance + epsilon))
    }),
  // 1/deviation · (g − mean(g) − y·mean(g·y))
  gradient({ inputs: [x], output, attributes: { epsilon } }, g, e) {
    const slope = e.mul(output, e.mean(e.mul(g, output), -1, true))
    return [e.mul(e.inverseDeviation(x, epsilon), e.sub(e.sub(g, e.mean(g, -1, true)), slope))]
  },
  flops: ({ output }) => 6 * sizeOf(output.shape),
})

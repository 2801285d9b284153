/** 1 / √(variance + ε) over the last axis, kept with size 1: (…, n) → (…, 1). The variance divides by n. */
import { defineOp, requireType } from '../define'
import { lastSize, sizeOf } from '../shapes'
import { moments, reduceRows } from './rows'

declare module '../types' {
  interface OpAttributes {
    inverseDeviation: { readonly epsilon: number }
  }
}

export const inverseDeviation = defineOp({
  kind: 'inverseDeviation',
  arity: 1,
  infer([x]) {
    requireType('inverseDeviation', 'float32', x)
    if (x.shape.length === 0) throw new TypeError('inverseDeviation: takes at least one axis, got a scalar')
    return { shape: [...x.shape.slice(0, -1), 1], dtype: 'float32' }
  },
  compute: ([x], { epsilon }) => reduceRows(x, (row) => 1 / Math.sqrt(moments(row).variance + epsilon)),
  // With r the result: dr/dx = −r³·(x − mean)/n = −r²·standardise(x)/n
  gradient({ inputs: [x], output, attributes: { epsilon } }, g, e) {
    const slope = e.mul(e.mul(g, e.square(output)), -1 / lastSize(x.shape))
    return [e.mul(e.standardise(x, epsilon), slope)]
  },
  flops: ({ inputs: [x] }) => 4 * sizeOf(x.shape),
})

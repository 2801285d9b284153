/** e^x / Σ e^x over the last axis. */
import { defineOp, requireType, type NoAttributes } from '../define'
import { sizeOf } from '../shapes'
import { logSumExp, mapRows } from './rows'

declare module '../types' {
  interface OpAttributes {
    softmax: NoAttributes
  }
}

export const softmax = defineOp({
  kind: 'softmax',
  arity: 1,
  infer([x]) {
    requireType('softmax', 'float32', x)
    return x
  },
  compute: ([x]) =>
    mapRows(x, (row) => {
      const total = logSumExp(row)
      return row.map((value) => Math.exp(value - total))
    }),
  gradient: ({ output }, g, e) => [e.mul(output, e.sub(g, e.sum(e.mul(g, output), -1, true)))],
  flops: ({ output }) => 5 * sizeOf(output.shape),
})

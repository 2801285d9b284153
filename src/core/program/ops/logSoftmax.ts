/** x − log Σ e^x over the last axis. */
import { defineOp, requireType, type NoAttributes } from '../define'
import { sizeOf } from '../shapes'
import { logSumExp, mapRows } from './rows'

declare module '../types' {
  interface OpAttributes {
    logSoftmax: NoAttributes
  }
}

export const logSoftmax = defineOp({
  kind: 'logSoftmax',
  arity: 1,
  infer([x]) {
    requireType('logSoftmax', 'float32', x)
    return x
  },
  compute: ([x]) =>
    mapRows(x, (row) => {
      const total = logSumExp(row)
      return row.map((value) => value - total)
    }),
  gradient: ({ output }, g, e) => [e.sub(g, e.mul(e.exp(output), e.sum(g, -1, true)))],
  flops: ({ output }) => 5 * sizeOf(output.shape),
})

/** Index of the largest element along the last axis, the first one if several are equal: (…, n) → int32 (…). */
import { defineOp, requireType, type NoAttributes } from '../define'
import { sizeOf } from '../shapes'
import { largest, reduceRows } from './rows'

declare module '../types' {
  interface OpAttributes {
    argmax: NoAttributes
  }
}

export const argmax = defineOp({
  kind: 'argmax',
  arity: 1,
  infer([x]) {
    requireType('argmax', 'float32', x)
    if (x.shape.length === 0) throw new TypeError('argmax: takes at least one axis, got a scalar')
    return { shape: x.shape.slice(0, -1), dtype: 'int32' }
  },
  compute: ([x]) => reduceRows(x, (row) => Math.max(0, row.indexOf(largest(row)))),
  gradient: null,
  flops: ({ inputs: [x] }) => sizeOf(x.shape),
})

/** Rows of a table: (rows, …), int32 indices of any shape → (…indices, …). */
import { defineOp, requireType, type NoAttributes } from '../define'
import { sizeOf } from '../shapes'
import { requireIndex } from './indices'

declare module '../types' {
  interface OpAttributes {
    gather: NoAttributes
  }
}

export const gather = defineOp({
  kind: 'gather',
  arity: 2,
  infer([table, indices]) {
    requireType('gather', 'int32', indices)
    if (table.shape.length === 0) throw new TypeError('gather: takes a table of rows, got a scalar')
    return { shape: [...indices.shape, ...table.shape.slice(1)], dtype: table.dtype }
  },
  compute([table, indices], _, shape) {
    const [rows = 0, ...row] = table.shape
    const width = sizeOf(row)
    const result = new Float64Array(sizeOf(shape))
    indices.data.forEach((index, i) => {
      const start = requireIndex('gather', index, rows) * width
      result.set(table.data.subarray(start, start + width), i * width)
    })
    return result
  },
  gradient: ({ inputs: [table, indices] }, g, e) => [e.scatterAdd(indices, g, table.shape[0] ?? 0), null],
  flops: () => 0,
})

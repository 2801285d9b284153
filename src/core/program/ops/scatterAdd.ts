/** Adds updates to the rows of a zero table: int32 (…), (…, width) → (rows, width). Equal indices add up. The gradient of gather. */
import { defineOp, requireType } from '../define'
import { describeShape, sameShape, sizeOf } from '../shapes'
import { requireIndex } from './indices'

declare module '../types' {
  interface OpAttributes {
    scatterAdd: { readonly rows: number }
  }
}

export const scatterAdd = defineOp({
  kind: 'scatterAdd',
  arity: 2,
  infer([indices, updates], { rows }) {
    requireType('scatterAdd', 'int32', indices)
    requireType('scatterAdd', 'float32', updates)
    const rank = indices.shape.length
    if (!sameShape(updates.shape.slice(0, rank), indices.shape)) {
      throw new TypeError(
        `scatterAdd: one update for each index, indices ${describeShape(indices.shape)} and updates ${describeShape(updates.shape)}`,
      )
    }
    return { shape: [rows, ...updates.shape.slice(rank)], dtype: 'float32' }
  },
  compute([indices, updates], { rows }, shape) {
    const result = new Float64Array(sizeOf(shape))
    const width = result.length / rows
    indices.data.forEach((index, i) => {
      const start = requireIndex('scatterAdd', index, rows) * width
      for (let k = 0; k < width; k++) result[start + k]! += updates.data[i * width + k]!
    })
    return result
  },
  gradient: ({ inputs: [indices] }, g, e) => [null, e.gather(g, indices)],
  flops: ({ inputs: [, updates] }) => sizeOf(updates.shape),
})

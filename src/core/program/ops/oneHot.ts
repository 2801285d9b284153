/** 1 at the index and 0 elsewhere along a new last axis: int32 (…) → float32 (…, depth). */
import { defineOp, requireType } from '../define'
import { sizeOf } from '../shapes'
import { requireIndex } from './indices'

declare module '../types' {
  interface OpAttributes {
    oneHot: { readonly depth: number }
  }
}

export const oneHot = defineOp({
  kind: 'oneHot',
  arity: 1,
  infer([indices], { depth }) {
    requireType('oneHot', 'int32', indices)
    return { shape: [...indices.shape, depth], dtype: 'float32' }
  },
  compute([indices], { depth }, shape) {
    const result = new Float64Array(sizeOf(shape))
    indices.data.forEach((index, i) => {
      result[i * depth + requireIndex('oneHot', index, depth)] = 1
    })
    return result
  },
  gradient: null,
  flops: () => 0,
})

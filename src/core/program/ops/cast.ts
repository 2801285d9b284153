/** Conversion to another type; float32 to int32 truncates towards zero and has no gradient. */
import { defineOp } from '../define'
import type { DType } from '../types'

declare module '../types' {
  interface OpAttributes {
    cast: { readonly dtype: DType }
  }
}

export const cast = defineOp({
  kind: 'cast',
  arity: 1,
  infer: ([x], { dtype }) => ({ shape: x.shape, dtype }),
  compute: ([x], { dtype }) => (dtype === 'int32' ? x.data.map(Math.trunc) : x.data),
  gradient: null,
  flops: () => 0,
})

/** Reorders axes: axis i of the result is axis permutation[i] of x. */
import { defineOp } from '../define'
import { positions, stridesOf, take } from '../shapes'

declare module '../types' {
  interface OpAttributes {
    transpose: { readonly permutation: readonly number[] }
  }
}

export const transpose = defineOp({
  kind: 'transpose',
  arity: 1,
  infer([x], { permutation }) {
    if (permutation.length !== x.shape.length || x.shape.some((_, axis) => !permutation.includes(axis))) {
      throw new TypeError(`transpose: [${permutation.join(', ')}] is no permutation of ${x.shape.length} axes`)
    }
    return { shape: permutation.map((axis) => x.shape[axis]!), dtype: x.dtype }
  },
  compute([x], { permutation }, shape) {
    const strides = stridesOf(x.shape)
    return take(
      x.data,
      positions(
        shape,
        permutation.map((axis) => strides[axis]!),
      ),
    )
  },
  gradient: ({ attributes: { permutation } }, g, e) => [
    e.transpose(
      g,
      permutation.map((_, axis) => permutation.indexOf(axis)),
    ),
  ],
  flops: () => 0,
})

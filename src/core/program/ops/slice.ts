/** A box of x: `size` elements from `begin` along each axis. */
import { defineOp } from '../define'
import { describeShape, positions, stridesOf, take } from '../shapes'
import type { Shape } from '../types'

declare module '../types' {
  interface OpAttributes {
    slice: { readonly begin: readonly number[]; readonly size: Shape }
  }
}

export const slice = defineOp({
  kind: 'slice',
  arity: 1,
  infer([x], { begin, size }) {
    const fits =
      begin.length === x.shape.length &&
      size.length === x.shape.length &&
      x.shape.every((length, axis) => begin[axis]! >= 0 && size[axis]! >= 0 && begin[axis]! + size[axis]! <= length)
    if (!fits) {
      throw new TypeError(
        `slice: ${describeShape(size)} from ${describeShape(begin)} does not lie within ${describeShape(x.shape)}`,
      )
    }
    return { shape: size, dtype: x.dtype }
  },
  compute([x], { begin }, shape) {
    const strides = stridesOf(x.shape)
    const start = strides.reduce((total, stride, axis) => total + stride * begin[axis]!, 0)
    return take(x.data, positions(shape, strides, start))
  },
  gradient({ inputs: [x], attributes: { begin, size } }, g, e) {
    const after = x.shape.map((length, axis) => length - begin[axis]! - size[axis]!)
    return [e.pad(g, begin, after)]
  },
  flops: () => 0,
})

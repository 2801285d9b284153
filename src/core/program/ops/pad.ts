/** Pads with zeros: `before` and `after` give their number along each axis. */
import { defineOp } from '../define'
import { describeShape, positions, sizeOf, stridesOf } from '../shapes'

declare module '../types' {
  interface OpAttributes {
    pad: { readonly before: readonly number[]; readonly after: readonly number[] }
  }
}

export const pad = defineOp({
  kind: 'pad',
  arity: 1,
  infer([x], { before, after }) {
    const rank = x.shape.length
    if (before.length !== rank || after.length !== rank || [...before, ...after].some((count) => count < 0)) {
      throw new TypeError(
        `pad: ${describeShape(before)} and ${describeShape(after)} do not go around ${describeShape(x.shape)}`,
      )
    }
    return { shape: x.shape.map((size, axis) => before[axis]! + size + after[axis]!), dtype: x.dtype }
  },
  compute([x], { before }, shape) {
    const result = new Float64Array(sizeOf(shape))
    const strides = stridesOf(shape)
    const start = strides.reduce((total, stride, axis) => total + stride * before[axis]!, 0)
    positions(x.shape, strides, start).forEach((to, from) => {
      result[to] = x.data[from]!
    })
    return result
  },
  gradient: ({ inputs: [x], attributes: { before } }, g, e) => [e.slice(g, before, x.shape)],
  flops: () => 0,
})

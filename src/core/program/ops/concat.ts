/** Joins values along one axis. */
import { defineOp } from '../define'
import { describeShape, positions, sizeOf, stridesOf } from '../shapes'

declare module '../types' {
  interface OpAttributes {
    /** Counted from the start. */
    concat: { readonly axis: number }
  }
}

export const concat = defineOp({
  kind: 'concat',
  arity: 'any',
  infer(inputs, { axis }) {
    const [first] = inputs
    if (!first) throw new TypeError('concat: takes at least one input')
    for (const { shape, dtype } of inputs) {
      if (dtype !== first.dtype) throw new TypeError(`concat: types differ, ${first.dtype} and ${dtype}`)
      if (shape.length !== first.shape.length || shape.some((size, i) => i !== axis && size !== first.shape[i])) {
        throw new TypeError(`concat: shapes differ off axis ${axis}, ${describeShape(first.shape)} and ${describeShape(shape)}`)
      }
    }
    const joined = inputs.reduce((total, { shape }) => total + shape[axis]!, 0)
    return { shape: first.shape.with(axis, joined), dtype: first.dtype }
  },
  compute(inputs, { axis }, shape) {
    const result = new Float64Array(sizeOf(shape))
    const strides = stridesOf(shape)
    let start = 0
    for (const x of inputs) {
      positions(x.shape, strides, start).forEach((to, from) => {
        result[to] = x.data[from]!
      })
      start += x.shape[axis]! * strides[axis]!
    }
    return result
  },
  gradient({ inputs, attributes: { axis } }, g, e) {
    let start = 0
    return inputs.map(({ shape }) => {
      const part = e.slice(
        g,
        shape.map((_, i) => (i === axis ? start : 0)),
        shape,
      )
      start += shape[axis]!
      return part
    })
  },
  flops: () => 0,
})

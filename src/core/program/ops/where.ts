/** a where the mask is not 0, else b; all three broadcast. */
import { defineOp, type NoAttributes } from '../define'
import { broadcastShapes, stretch, unbroadcast } from './broadcasting'

declare module '../types' {
  interface OpAttributes {
    where: NoAttributes
  }
}

export const where = defineOp({
  kind: 'where',
  arity: 3,
  infer([mask, a, b]) {
    if (a.dtype !== b.dtype) throw new TypeError(`where: types differ, ${a.dtype} and ${b.dtype}`)
    return { shape: broadcastShapes('where', mask.shape, a.shape, b.shape), dtype: a.dtype }
  },
  compute([mask, a, b], _, shape) {
    const chosen = stretch(mask, shape)
    const otherwise = stretch(b, shape)
    return stretch(a, shape).map((x, i) => (chosen[i] !== 0 ? x : otherwise[i]!))
  },
  gradient: ({ inputs: [mask, a, b] }, g, e) => [
    null,
    unbroadcast(e.where(mask, g, 0), a.shape, e),
    unbroadcast(e.where(mask, 0, g), b.shape, e),
  ],
  flops: () => 0,
})

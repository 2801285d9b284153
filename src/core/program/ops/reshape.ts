/** The same elements in another shape. */
import { defineOp } from '../define'
import { describeShape, sizeOf } from '../shapes'
import type { Shape } from '../types'

declare module '../types' {
  interface OpAttributes {
    reshape: { readonly shape: Shape }
  }
}

export const reshape = defineOp({
  kind: 'reshape',
  arity: 1,
  infer([x], { shape }) {
    if (sizeOf(x.shape) !== sizeOf(shape)) {
      throw new TypeError(
        `reshape: ${describeShape(x.shape)} has ${sizeOf(x.shape)} elements, ${describeShape(shape)} has ${sizeOf(shape)}`,
      )
    }
    return { shape, dtype: x.dtype }
  },
  compute: ([x]) => x.data,
  gradient: ({ inputs: [x] }, g, e) => [e.reshape(g, x.shape)],
  flops: () => 0,
})

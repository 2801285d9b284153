/** Broadcasts to the given shape: stretches axes of size 1 and adds leading axes. */
import { defineOp } from '../define'
import { describeShape, sameShape } from '../shapes'
import type { Shape } from '../types'
import { broadcastShapes, stretch, unbroadcast } from './broadcasting'

declare module '../types' {
  interface OpAttributes {
    broadcast: { readonly shape: Shape }
  }
}

export const broadcast = defineOp({
  kind: 'broadcast',
  arity: 1,
  infer([x], { shape }) {
    if (!sameShape(broadcastShapes('broadcast', x.shape, shape), shape)) {
      throw new TypeError(`broadcast: ${describeShape(x.shape)} does not stretch to ${describeShape(shape)}`)
    }
    return { shape, dtype: x.dtype }
  },
  compute: ([x], _, shape) => stretch(x, shape),
  gradient: ({ inputs: [x] }, g, e) => [unbroadcast(g, x.shape, e)],
  flops: () => 0,
})

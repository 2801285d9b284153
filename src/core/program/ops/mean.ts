/** Mean over axes. */
import { sizeOf } from '../shapes'
import { keepAxes, reduction, type ReductionAttributes } from './reduction'

declare module '../types' {
  interface OpAttributes {
    mean: ReductionAttributes
  }
}

export const mean = reduction({
  kind: 'mean',
  initial: 0,
  fold: (total, x) => total + x,
  finish: (total, count) => total / count,
  gradient({ inputs: [x], output, attributes }, g, e) {
    const share = e.mul(g, sizeOf(output.shape) / sizeOf(x.shape))
    return e.broadcast(keepAxes(share, x, attributes.axes, e), x.shape)
  },
})

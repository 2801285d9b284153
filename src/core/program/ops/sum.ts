/** Sum over axes. */
import { keepAxes, reduction, type ReductionAttributes } from './reduction'

declare module '../types' {
  interface OpAttributes {
    sum: ReductionAttributes
  }
}

export const sum = reduction({
  kind: 'sum',
  initial: 0,
  fold: (total, x) => total + x,
  gradient: ({ inputs: [x], attributes }, g, e) => e.broadcast(keepAxes(g, x, attributes.axes, e), x.shape),
})

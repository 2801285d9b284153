/** Largest element over axes. Equal largest elements share the gradient evenly, as in PyTorch's amax. */
import { keepAxes, reduction, type ReductionAttributes } from './reduction'

declare module '../types' {
  interface OpAttributes {
    max: ReductionAttributes
  }
}

export const max = reduction({
  kind: 'max',
  initial: -Infinity,
  fold: Math.max,
  gradient({ inputs: [x], output, attributes: { axes } }, g, e) {
    const chosen = e.equal(x, keepAxes(output, x, axes, e))
    return e.mul(chosen, e.div(keepAxes(g, x, axes, e), e.sum(chosen, axes, true)))
  },
})

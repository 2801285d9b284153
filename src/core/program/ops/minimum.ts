/** The smaller of a and b. Where they are equal, each gets half the gradient, as in PyTorch. */
import type { NoAttributes } from '../define'
import { binary } from './broadcasting'

declare module '../types' {
  interface OpAttributes {
    minimum: NoAttributes
  }
}

export const minimum = binary({
  kind: 'minimum',
  dtype: 'same',
  apply: Math.min,
  gradient({ inputs: [a, b] }, g, e) {
    const share = e.add(e.greater(b, a), e.mul(e.equal(a, b), 0.5))
    return [e.mul(g, share), e.mul(g, e.sub(1, share))]
  },
})

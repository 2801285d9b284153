/** The larger of a and b. Where they are equal, each gets half the gradient, as in PyTorch. */
import type { NoAttributes } from '../define'
import { binary } from './broadcasting'

declare module '../types' {
  interface OpAttributes {
    maximum: NoAttributes
  }
}

export const maximum = binary({
  kind: 'maximum',
  dtype: 'same',
  apply: Math.max,
  gradient({ inputs: [a, b] }, g, e) {
    const share = e.add(e.greater(a, b), e.mul(e.equal(a, b), 0.5))
    return [e.mul(g, share), e.mul(g, e.sub(1, share))]
  },
})

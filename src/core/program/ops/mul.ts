/** a · b, element by element. */
import type { NoAttributes } from '../define'
import { binary } from './broadcasting'

declare module '../types' {
  interface OpAttributes {
    mul: NoAttributes
  }
}

export const mul = binary({
  kind: 'mul',
  dtype: 'same',
  apply: (a, b) => a * b,
  gradient: ({ inputs: [a, b] }, g, e) => [e.mul(g, b), e.mul(g, a)],
})

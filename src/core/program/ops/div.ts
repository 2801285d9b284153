/** a / b. */
import type { NoAttributes } from '../define'
import { binary } from './broadcasting'

declare module '../types' {
  interface OpAttributes {
    div: NoAttributes
  }
}

export const div = binary({
  kind: 'div',
  dtype: 'same',
  apply: (a, b) => a / b,
  gradient: ({ inputs: [, b], output }, g, e) => {
    const ga = e.div(g, b)
    return [ga, e.neg(e.mul(ga, output))]
  },
})

/** x². */
import type { NoAttributes } from '../define'
import { elementwise } from './elementwise'

declare module '../types' {
  interface OpAttributes {
    square: NoAttributes
  }
}

export const square = elementwise({
  kind: 'square',
  apply: (x) => x * x,
  gradient: ({ inputs: [x] }, g, e) => e.mul(g, e.mul(x, 2)),
})

/** Hyperbolic tangent. */
import type { NoAttributes } from '../define'
import { elementwise } from './elementwise'

declare module '../types' {
  interface OpAttributes {
    tanh: NoAttributes
  }
}

export const tanh = elementwise({
  kind: 'tanh',
  apply: Math.tanh,
  gradient: ({ output }, g, e) => e.mul(g, e.sub(1, e.square(output))),
})

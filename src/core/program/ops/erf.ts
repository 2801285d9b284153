/** Error function, 2/√π ∫₀ˣ e^−t² dt. */
import type { NoAttributes } from '../define'
import { elementwise } from './elementwise'
import { errorFunction } from './normal'

declare module '../types' {
  interface OpAttributes {
    erf: NoAttributes
  }
}

export const erf = elementwise({
  kind: 'erf',
  apply: errorFunction,
  gradient: ({ inputs: [x] }, g, e) => e.mul(g, e.mul(e.exp(e.neg(e.square(x))), 2 / Math.sqrt(Math.PI))),
})

/** max(x, 0). The gradient at 0 is 0, as in PyTorch. */
import type { NoAttributes } from '../define'
import { elementwise } from './elementwise'

declare module '../types' {
  interface OpAttributes {
    relu: NoAttributes
  }
}

export const relu = elementwise({
  kind: 'relu',
  apply: (x) => (x < 0 ? 0 : x),
  gradient: ({ output }, g, e) => e.mul(g, e.greater(output, 0)),
})

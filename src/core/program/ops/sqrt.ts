/** √x. */
import type { NoAttributes } from '../define'
import { elementwise } from './elementwise'

declare module '../types' {
  interface OpAttributes {
    sqrt: NoAttributes
  }
}

export const sqrt = elementwise({
  kind: 'sqrt',
  apply: Math.sqrt,
  gradient: ({ output }, g, e) => e.div(e.mul(g, 0.5), output),
})

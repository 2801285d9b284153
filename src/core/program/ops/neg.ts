/** −x. */
import type { NoAttributes } from '../define'
import { elementwise } from './elementwise'

declare module '../types' {
  interface OpAttributes {
    neg: NoAttributes
  }
}

export const neg = elementwise({ kind: 'neg', apply: (x) => -x, gradient: (_, g, e) => e.neg(g) })

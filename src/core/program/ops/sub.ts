/** a − b. */
import type { NoAttributes } from '../define'
import { binary } from './broadcasting'

declare module '../types' {
  interface OpAttributes {
    sub: NoAttributes
  }
}

export const sub = binary({ kind: 'sub', dtype: 'same', apply: (a, b) => a - b, gradient: (_, g, e) => [g, e.neg(g)] })

/** a + b. */
import type { NoAttributes } from '../define'
import { binary } from './broadcasting'

declare module '../types' {
  interface OpAttributes {
    add: NoAttributes
  }
}

export const add = binary({ kind: 'add', dtype: 'same', apply: (a, b) => a + b, gradient: (_, g) => [g, g] })

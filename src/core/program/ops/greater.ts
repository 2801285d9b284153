/** 1 where a > b, else 0. */
import type { NoAttributes } from '../define'
import { binary } from './broadcasting'

declare module '../types' {
  interface OpAttributes {
    greater: NoAttributes
  }
}

export const greater = binary({ kind: 'greater', dtype: 'float32', apply: (a, b) => (a > b ? 1 : 0), gradient: null })

/** 1 where a = b, else 0. */
import type { NoAttributes } from '../define'
import { binary } from './broadcasting'

declare module '../types' {
  interface OpAttributes {
    equal: NoAttributes
  }
}

export const equal = binary({ kind: 'equal', dtype: 'float32', apply: (a, b) => (a === b ? 1 : 0), gradient: null })

/** Natural logarithm. */
import type { NoAttributes } from '../define'
import { elementwise } from './elementwise'

declare module '../types' {
  interface OpAttributes {
    log: NoAttributes
  }
}

export const log = elementwise({ kind: 'log', apply: Math.log, gradient: ({ inputs: [x] }, g, e) => e.div(g, x) })

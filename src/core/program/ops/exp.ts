/** e to the power x. */
import type { NoAttributes } from '../define'
import { elementwise } from './elementwise'

declare module '../types' {
  interface OpAttributes {
    exp: NoAttributes
  }
}

export const exp = elementwise({ kind: 'exp', apply: Math.exp, gradient: ({ output }, g, e) => e.mul(g, output) })

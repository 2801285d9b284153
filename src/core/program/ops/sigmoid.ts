/** 1 / (1 + e^−x). */
import type { NoAttributes } from '../define'
import { elementwise } from './elementwise'

declare module '../types' {
  interface OpAttributes {
    sigmoid: NoAttributes
  }
}

export const sigmoid = elementwise({
  kind: 'sigmoid',
  apply: (x) => 1 / (1 + Math.exp(-x)),
  gradient: ({ output }, g, e) => e.mul(g, e.mul(output, e.sub(1, output))),
  flops: 3,
})

/** 1 / √x. */
import type { NoAttributes } from '../define'
import { elementwise } from './elementwise'

declare module '../types' {
  interface OpAttributes {
    rsqrt: NoAttributes
  }
}

export const rsqrt = elementwise({
  kind: 'rsqrt',
  apply: (x) => 1 / Math.sqrt(x),
  gradient: ({ output }, g, e) => e.mul(g, e.mul(e.mul(e.square(output), output), -0.5)),
  flops: 2,
})

/** Exact GELU, x·Φ(x) with Φ the normal distribution function (Hendrycks & Gimpel 2016). */
import type { NoAttributes } from '../define'
import { elementwise } from './elementwise'
import { normalDistribution } from './normal'

declare module '../types' {
  interface OpAttributes {
    gelu: NoAttributes
  }
}

export const gelu = elementwise({
  kind: 'gelu',
  apply: (x) => x * normalDistribution(x),
  gradient: ({ inputs: [x] }, g, e) => e.geluGradient(x, g),
  flops: 5,
})

/** g · (Φ(x) + x·φ(x)): the gradient of GELU in one operation, (x, g) of one shape. */
import { defineOp, requireType, type NoAttributes } from '../define'
import { describeShape, sameShape, sizeOf } from '../shapes'
import { normalDensity, normalDistribution } from './normal'

declare module '../types' {
  interface OpAttributes {
    geluGradient: NoAttributes
  }
}

export const geluGradient = defineOp({
  kind: 'geluGradient',
  arity: 2,
  infer([x, g]) {
    requireType('geluGradient', 'float32', x, g)
    if (!sameShape(x.shape, g.shape)) {
      throw new TypeError(`geluGradient: shapes differ, ${describeShape(x.shape)} and ${describeShape(g.shape)}`)
    }
    return x
  },
  compute: ([x, g]) => x.data.map((value, i) => g.data[i]! * (normalDistribution(value) + value * normalDensity(value))),
  // d²/dx² x·Φ(x) = φ(x)·(2 − x²)
  gradient({ inputs: [x, g] }, outer, e) {
    const square = e.square(x)
    const density = e.mul(e.exp(e.mul(square, -0.5)), 1 / Math.sqrt(2 * Math.PI))
    return [e.mul(e.mul(outer, g), e.mul(density, e.sub(2, square))), e.geluGradient(x, outer)]
  },
  flops: ({ output }) => 10 * sizeOf(output.shape),
})

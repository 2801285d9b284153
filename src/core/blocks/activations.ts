/** Activation functions: one entry each. */
import type { Value } from '../program/types'
import type { BlockBuilder } from './define'

type Activation = (b: BlockBuilder, x: Value) => Value

export const activations = {
  relu: (b, x) => b.relu(x),
  /** Exact, x·Φ(x) (Hendrycks & Gimpel 2016). */
  gelu: (b, x) => b.gelu(x),
  /** Its approximation ½x·(1 + tanh(√(2/π)·(x + 0.044715x³))) (the same, section 2), as in GPT-2. */
  'gelu-tanh': (b, x) => {
    const inner = b.mul(b.mul(x, b.add(b.mul(b.square(x), 0.044715), 1)), Math.sqrt(2 / Math.PI))
    return b.mul(b.mul(x, 0.5), b.add(b.tanh(inner), 1))
  },
  /** x·σ(x) (Elfwing et al. 2017). */
  silu: (b, x) => b.mul(x, b.sigmoid(x)),
  tanh: (b, x) => b.tanh(x),
  sigmoid: (b, x) => b.sigmoid(x),
} satisfies Record<string, Activation>

/** Activation functions: one entry each. */
import type { Value } from '../program/types'
import type { BlockBuilder } from './define'

type Activation = (b: BlockBuilder, x: Value) => Value

export const activations = {
  relu: (b, x) => b.relu(x),
  /** Exact, x·Φ(x) (Hendrycks & Gimpel 2016). */
  gelu: (b, x) => b.gelu(x),
  /** x·σ(x) (Elfwing et al. 2017). */
  silu: (b, x) => b.mul(x, b.sigmoid(x)),
  tanh: (b, x) => b.tanh(x),
  sigmoid: (b, x) => b.sigmoid(x),
} satisfies Record<string, Activation>

/** The interface for blocks, gradients and optimisers to emit operations: one method per primitive operation. Numbers become constants. */
import type { Initialiser } from '../random/initialisers'
import type { Formula } from './constants'
import type { DType, Shape, Value } from './types'

export type Operand = Value | number

/** Axes may be negative, counted from the end. Elementwise operations broadcast as NumPy does. */
export interface Emitter {
  /** One number fills the shape. Without a shape, numbers lie along one axis. */
  constant(data: Float32Array | Int32Array | number, shape?: Shape): Value
  constant(formula: Formula, shape: Shape): Value

  neg(x: Value): Value
  exp(x: Value): Value
  log(x: Value): Value
  sqrt(x: Value): Value
  rsqrt(x: Value): Value
  square(x: Value): Value
  tanh(x: Value): Value
  sigmoid(x: Value): Value
  relu(x: Value): Value
  erf(x: Value): Value
  /** Exact GELU, x·Φ(x) (Hendrycks & Gimpel 2016). */
  gelu(x: Value): Value
  /** g · d gelu(x)/dx. */
  geluGradient(x: Value, g: Value): Value

  add(a: Operand, b: Operand): Value
  sub(a: Operand, b: Operand): Value
  mul(a: Operand, b: Operand): Value
  div(a: Operand, b: Operand): Value
  maximum(a: Operand, b: Operand): Value
  minimum(a: Operand, b: Operand): Value
  /** 1 where the comparison holds, else 0 (float32). No gradient. */
  equal(a: Operand, b: Operand): Value
  greater(a: Operand, b: Operand): Value
  /** a where mask is not 0, else b. */
  where(mask: Value, a: Operand, b: Operand): Value

  sum(x: Value, axes: number | readonly number[], keepDims?: boolean): Value
  mean(x: Value, axes: number | readonly number[], keepDims?: boolean): Value
  max(x: Value, axes: number | readonly number[], keepDims?: boolean): Value
  /** Index of the largest element along the last axis, int32. */
  argmax(x: Value): Value

  /** (…, m, k) × (…, k, n); equal leading axes, or `b` of rank 2 shared by all of them. */
  matmul(a: Value, b: Value, options?: { transposeA?: boolean; transposeB?: boolean }): Value
  /** Over the last axis. */
  softmax(x: Value): Value
  logSoftmax(x: Value): Value
  /** Projection onto the probability simplex, with exact zeros (Martins & Astudillo 2016), over the last axis. */
  sparsemax(x: Value): Value
  /** (x − mean) / √(variance + ε) over the last axis; variance divides by n (Ba et al. 2016). */
  standardise(x: Value, epsilon: number): Value
  /** 1 / √(variance + ε) over the last axis, kept with size 1. */
  inverseDeviation(x: Value, epsilon: number): Value
  /** −log softmax(logits)[target] per row: (…, class), int32 (…) → (…). */
  crossEntropy(logits: Value, targets: Value): Value

  reshape(x: Value, shape: Shape): Value
  transpose(x: Value, permutation: readonly number[]): Value
  concat(xs: readonly Value[], axis: number): Value
  slice(x: Value, begin: readonly number[], size: readonly number[]): Value
  /** Pads with zeros: the gradient of slice. */
  pad(x: Value, before: readonly number[], after: readonly number[]): Value
  broadcast(x: Value, shape: Shape): Value
  cast(x: Value, dtype: DType): Value

  /** Rows of a (rows, …) table by int32 indices of any shape. */
  gather(table: Value, indices: Value): Value
  /** Adds updates (…indices, width) into a zero (rows, width) table: the gradient of gather. */
  scatterAdd(indices: Value, updates: Value, rows: number): Value
  oneHot(indices: Value, depth: number): Value

  /** Inputs and states of the program, see `types.ts`. Names are unique; the same name always returns the same value. */
  dataInput(name: string, shape: Shape, dtype: DType): Value
  scalarInput(name: string): Value
  gateInput(name: string, block: string, shape: Shape): Value
  dropoutInput(name: string, block: string, shape: Shape, rate: number): Value
  state(state: {
    name: string
    block: string
    role: 'weight' | 'buffer' | 'moment'
    shape: Shape
    initialiser: Initialiser
    trainable: boolean
    decay: boolean
    axes?: readonly string[] | undefined
  }): Value

  output(name: string, value: Value): void
  probe(name: string, block: string, axes: readonly string[], value: Value): void
  update(state: string, value: Value): void
}

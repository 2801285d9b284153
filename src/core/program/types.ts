/**
 * The program: a static, single-assignment list of primitive operations with known shapes. A graph of blocks compiles to it, and
 * everything else (shapes, cost, gradients, engines, views) is derived from it.
 */
import type { Initialiser } from '../random/initialisers'

export type DType = 'float32' | 'int32'
export type Shape = readonly number[]

/** The result of one operation, an input, a state or a constant. Shapes are static. */
export interface Value {
  readonly id: number
  readonly shape: Shape
  readonly dtype: DType
}

/**
 * Attributes per operation kind. Each file in `ops/` adds its own entry by declaration merging, so that an operation is one file
 * and one line in the list.
 */
export interface OpAttributes {}
export type OpKind = keyof OpAttributes

/** Which part of a training step an operation belongs to. */
export type Phase = 'forward' | 'backward' | 'update'

export type Op<K extends OpKind = OpKind> = {
  [P in K]: {
    readonly kind: P
    readonly inputs: readonly Value[]
    readonly output: Value
    readonly attributes: OpAttributes[P]
    /** Identifier of the block (graph node) that emitted it; empty for operations of the training step itself. */
    readonly block: string
    readonly phase: Phase
  }
}[K]

/** An input, fed at every step. */
export type Input = { readonly name: string; readonly value: Value } & (
  | { readonly kind: 'data' } // tokens, targets, padding mask: from the task's batch, under the same name; or gradients of shards
  | { readonly kind: 'scalar' } // learning rate and other numbers the trainer computes each step
  | { readonly kind: 'gate'; readonly block: string } // runtime multiplier, all ones unless something is muted
  // 1 where a value is taken from the last sequence of the batch, all zeros by default; (batch, …) by the names of the axes
  | { readonly kind: 'patch'; readonly block: string; readonly part: string; readonly axes: readonly string[] }
  | { readonly kind: 'dropout'; readonly block: string; readonly rate: number } // 0 or 1/(1 - rate), drawn by the trainer
)

/** A state, kept across steps. Names are `node/weight`; optimiser moments are `optimiser/moment/node/weight`. */
export interface State {
  readonly name: string
  readonly block: string
  readonly role: 'weight' | 'buffer' | 'moment'
  readonly value: Value
  readonly initialiser: Initialiser
  readonly trainable: boolean
  /** Whether weight decay applies: matrices, not biases, gains or embeddings of positions. */
  readonly decay: boolean
  /** Names of its axes if they are not the default: input and output of a matrix, the feature of a vector. */
  readonly axes?: readonly string[] | undefined
}

/** A value an inspector may request, with the names of its axes, e.g. `mha/weights` (batch, head, query, key). */
export interface Probe {
  readonly name: string
  readonly block: string
  readonly axes: readonly string[]
  readonly value: Value
}

export interface Program {
  readonly inputs: readonly Input[]
  readonly states: readonly State[]
  readonly ops: readonly Op[]
  /**
   * `loss`, `logits`, `predictions`; the sums `metric/loss/sum` over `metric/loss/count` predictions, and `metric/accuracy/sum`, the number
   * of correct ones; probes under `probe/NAME`.
   */
  readonly outputs: ReadonlyMap<string, Value>
  /** For regression: the largest error of a correct prediction. */
  readonly tolerance?: number
  readonly probes: readonly Probe[]
  /** Updates, which a step writes back: state name → value. Empty for all programs but `train`, `read` and `generate`. */
  readonly updates: ReadonlyMap<string, Value>
}

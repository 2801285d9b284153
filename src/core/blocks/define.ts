/** The definition of a block: ports with named axes, parameters with a schema, and the operations it emits. One file per kind. */
import type { z } from 'zod'
import type { ErrorCode, ErrorParams } from '../errors'
import type { Params } from '../params'
import type { Initialiser } from '../random/initialisers'
import type { Emitter } from '../program/emitter'
import type { DType, Shape, Value } from '../program/types'
import type { Signature } from '../signature'

export type Family = 'input' | 'position' | 'attention' | 'norm' | 'feed-forward' | 'recurrent' | 'shape' | 'output'
export type Axis = 'batch' | 'token' | 'feature' | 'class' | 'query' | 'key' | 'vocabulary'

/** Type of a port, by which connections are checked. */
export interface PortType {
  readonly axes: readonly Axis[]
  readonly dtype: DType
  /** Whether the block builds without it. Optional ports come last. */
  readonly optional?: true
  /** Alternative axes of an input. */
  readonly or?: readonly (readonly Axis[])[]
  /** An earlier port whose axes this one takes. Its own `axes` apply while that port is not connected. */
  readonly like?: string
}
/** A sequence of token ids. */
export const ids: PortType = { axes: ['batch', 'token'], dtype: 'int32' }
/** A sequence of feature vectors. */
export const features: PortType = { axes: ['batch', 'token', 'feature'], dtype: 'float32' }
/** One feature vector for a whole sequence. */
export const vector: PortType = { axes: ['batch', 'feature'], dtype: 'float32' }
/** One number for each pair of a query and a key. Its mask is 1 where both are real. */
export const scores: PortType = { axes: ['batch', 'query', 'key'], dtype: 'float32' }
/** The embedding table, one row of features per token id. */
export const embeddingTable: PortType = { axes: ['vocabulary', 'feature'], dtype: 'float32' }
/** For blocks that work elementwise or on the last axis. */
export const featuresOrVector: PortType = { ...features, or: [vector.axes] }
export const anyNumbers: PortType = { ...features, or: [vector.axes, scores.axes] }
export const like = (port: string): PortType => ({ ...features, like: port })

/**
 * The programs built from one graph: a training step, validation metrics, inference, inference with all probes, and two for incremental
 * generation. `read` processes a whole window and caches its keys and values; `generate` processes one new token with that cache.
 */
export type Mode = 'train' | 'evaluate' | 'infer' | 'inspect' | 'read' | 'generate'

/** How a refused block can be repaired: another value of one of its parameters, or another width of one of its inputs. */
export type BlockRepair =
  { readonly param: string; readonly value: unknown } | { readonly port: string; readonly width: number }

/** How far ahead a value depends on the generated sequence: at token t it depends on tokens up to t + `tokens`. */
export interface Lookahead {
  /** -Infinity if it depends on no token, Infinity if it may depend on all. */
  readonly tokens: number
  /** For scores: whether those of keys after their query are zero. */
  readonly isCausal?: boolean
  /** A change that leaves the block no more lookahead than its inputs. */
  readonly repair?: BlockRepair
}
/** Lookahead of the value at an input port, and the size of its token axis; 1 if it has none. */
export type LookaheadOf = (port: string) => Lookahead & { readonly length: number }

export interface WeightOptions {
  readonly decay?: boolean
  readonly axes?: readonly string[]
  /** Whether it is trained although the block's weights are frozen for adapters. */
  readonly adapter?: boolean
}

/** Passed to a block that is being built: the operations, and the context of its node. Names are local; the node's id is prepended. */
export interface BlockBuilder extends Emitter {
  readonly mode: Mode
  readonly signature: Signature
  readonly batch: number
  /** Label smoothing (Szegedy et al. 2016, section 7) while training; 0 in all other modes. */
  readonly smoothing: number
  /** In mode `generate`, the position of the new token in the window, int32 (1); else null. */
  readonly place: Value | null

  /**
   * Caches a value (B, h, T, w) in mode `read`. In mode `generate`, returns the cache with the new token's (B, h, 1, w) inserted. Returns
   * the value itself in all other modes.
   */
  remember(name: string, value: Value): Value
  /**
   * Padding mask at an input port, 1 for real entries: (batch, token) for sequences, (batch) for vectors, (batch, query, key) for scores;
   * null if nothing is padded.
   */
  mask(port: string): Value | null
  /** Number of different ids in the sequence at an input port. */
  categories(port: string): number
  /** The node connected to an input port, for messages. */
  source(port: string): string
  /** Sets the mask and the number of ids of all outputs or of one. Outputs that are not set inherit them from the first input port. */
  carry(sequence: { mask: Value | null; categories?: number }, port?: string): void

  /** A trainable weight, unless frozen. By default only matrices decay, and axes are named input and output, or feature. */
  weight(name: string, shape: Shape, initialiser: Initialiser, options?: WeightOptions): Value
  /** Freezes the weights of this block, but not its adapters. */
  freeze(): void
  /**
   * A state updated by training without gradients, e.g. a running mean. `after` gives its value after a training step; other modes only
   * read it.
   */
  buffer(name: string, shape: Shape, initialiser: Initialiser, after: (before: Value) => Value): Value
  /** A probe for inspection, kept only in the `inspect` program. Returns the value, so that calls can be nested. */
  look(name: string, axes: readonly string[], value: Value): Value
  /** x times a runtime multiplier, 1 by default, to mute a head or a path without recompiling. */
  gate(name: string, x: Value, shape?: Shape): Value
  /**
   * x (batch, …), of which single places can be taken from the last sequence of the batch, for activation patching; x itself in programs that
   * are not compiled for it. `axes` names the axes of a place, from the batch on; all others are taken as a whole.
   */
  patch(part: string, axes: readonly string[], x: Value): Value
  /** Inverted dropout while training, x itself otherwise. */
  dropout(x: Value, rate: number): Value
  /** Refuses to build: reports a problem at this node and, if possible, a repair. */
  refuse(code: ErrorCode, params: ErrorParams, repair?: BlockRepair): never
  /**
   * Sets the training objective and the values that metrics need; called by the output block. Losses are summed over real tokens and
   * counted.
   */
  objective(objective: Objective): void
}

/** The objective per token or per sequence: `losses`, `counted` and `right` are (batch, token) or (batch). */
export interface Objective {
  readonly losses: Value
  /** Weight in the mean, 1 or 0. */
  readonly counted: Value
  readonly logits: Value
  /** In the format of the task's targets: ids, 1 or 0 for each class, or a number. All metrics except the training accuracy use them. */
  readonly predictions: Value
  /** Probability of each class, (…, class), in mode `inspect`; null if there is none. */
  readonly probabilities: Value | null
  /** Whether each prediction is right, 1 or 0, for the training accuracy. */
  readonly right: Value
  /** Largest error at which a predicted number counts as right. */
  readonly tolerance?: number
}

export type Ports = Readonly<Record<string, PortType>>
export type PortValues<P extends Ports> = {
  readonly [K in keyof P]: P[K] extends { readonly optional: true } ? Value | undefined : Value
}

export interface BlockDefinition<I extends Ports = Ports, O extends Ports = Ports, P extends z.ZodObject = z.ZodObject> {
  readonly kind: string
  readonly family: Family
  readonly inputs: I
  readonly outputs: O
  /** Every parameter has a default, so that a block dropped onto the canvas is valid. */
  readonly params: P
  /**
   * Lookahead of the outputs. If absent, token t depends on token t of all inputs, and outputs without a token axis depend on all tokens.
   */
  lookahead?(input: LookaheadOf, params: z.output<P>): Lookahead
  /** Converts parameters written by earlier versions. */
  migrate?(params: Params): Params
  /** Renamed weights: old name → current name. No other block may have a weight of the old name. */
  readonly renamedWeights?: Readonly<Record<string, string>>
  build(inputs: PortValues<I>, params: z.output<P>, b: BlockBuilder): PortValues<O>
}

/** Preserves the types of ports and parameters in the block's file; the catalogue keeps only the kind. */
export function defineBlock<const K extends string, I extends Ports, O extends Ports, P extends z.ZodObject>(
  block: BlockDefinition<I, O, P> & { readonly kind: K },
): BlockDefinition & { readonly kind: K } {
  return block
}

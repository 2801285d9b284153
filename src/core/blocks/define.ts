/** What a block is: ports with named axes, parameters with a schema, and how it emits operations. One file per kind. */
import type { z } from 'zod'
import type { ErrorCode, ErrorParams } from '../errors'
import type { Params } from '../params'
import type { Initialiser } from '../random/initialisers'
import type { Emitter } from '../program/emitter'
import type { DType, Shape, Value } from '../program/types'
import type { Signature } from '../signature'

export type Family = 'input' | 'position' | 'attention' | 'norm' | 'feed-forward' | 'recurrent' | 'shape' | 'output'
export type Axis = 'batch' | 'token' | 'feature' | 'class' | 'query' | 'key' | 'vocabulary'

/** What may be plugged in. */
export interface PortType {
  readonly axes: readonly Axis[]
  readonly dtype: DType
  /** Whether the block builds without it. Such ports come after the others. */
  readonly optional?: true
  /** Other axes that an input takes too. */
  readonly or?: readonly (readonly Axis[])[]
  /** The port, named before this one, whose axes this one has. Its own `axes` hold while nothing is plugged in there. */
  readonly like?: string
}
/** A sequence of token ids. */
export const ids: PortType = { axes: ['batch', 'token'], dtype: 'int32' }
/** A sequence of feature vectors. */
export const features: PortType = { axes: ['batch', 'token', 'feature'], dtype: 'float32' }
/** One feature vector for a whole sequence. */
export const vector: PortType = { axes: ['batch', 'feature'], dtype: 'float32' }
/** One number for each pair of a token that asks and a token that is asked. Its mask is 1 where both are real. */
export const scores: PortType = { axes: ['batch', 'query', 'key'], dtype: 'float32' }
/** The embedding's table, one row of features for each token id. */
export const embeddingTable: PortType = { axes: ['vocabulary', 'feature'], dtype: 'float32' }
/** For blocks that treat every number, or every row of features, alike. */
export const featuresOrVector: PortType = { ...features, or: [vector.axes] }
export const anyNumbers: PortType = { ...features, or: [vector.axes, scores.axes] }
export const like = (port: string): PortType => ({ ...features, like: port })

/**
 * Every program built from one graph: a training step, validation metrics, plain inference, inference with all probes, and the two of
 * generation. `read` sees a whole window and remembers its keys and values; `generate` sees one new token at a time, and them.
 */
export type Mode = 'train' | 'evaluate' | 'infer' | 'inspect' | 'read' | 'generate'

/** How a refused block can be mended: another value for one of its parameters, or another width where its input is made. */
export type BlockRepair =
  { readonly param: string; readonly value: unknown } | { readonly port: string; readonly width: number }

/** How far ahead a value looks in the sequence that is being written: at token t it depends on tokens up to t + `tokens`. */
export interface Lookahead {
  /** -Infinity where it depends on none of them, Infinity where it may depend on all. */
  readonly tokens: number
  /** Of scores: whether those of keys behind their query are zero. */
  readonly isCausal?: boolean
  /** With which the block would look no further ahead than its inputs do. */
  readonly repair?: BlockRepair
}
/** What came in at a port, and the size of its axis of tokens; 1 where it has none. */
export type LookaheadOf = (port: string) => Lookahead & { readonly length: number }

export interface WeightOptions {
  readonly decay?: boolean
  readonly axes?: readonly string[]
}

/** What a block builds with: the operations, and all that belongs to its node. Names are local; the node's id is put in front. */
export interface BlockBuilder extends Emitter {
  readonly mode: Mode
  readonly signature: Signature
  readonly batch: number
  /** Label smoothing (Szegedy et al. 2016, section 7) while training; 0 in all other modes. */
  readonly smoothing: number
  /** While generating, the new token's place in the window, int32 (1); null where whole sequences are seen. */
  readonly place: Value | null

  /**
   * While reading, keeps a value (B, h, T, w). While generating, gives what was kept, with this token's (B, h, 1, w) put in. The value
   * itself in all other modes.
   */
  remember(name: string, value: Value): Value
  /**
   * Padding mask of what came in at a port, 1 for what is real: (batch, token) of a sequence, (batch) of vectors, (batch, query, key)
   * of scores; null when nothing is padded.
   */
  mask(port: string): Value | null
  /** How many different ids the sequence at an input port can hold. */
  categories(port: string): number
  /** The node plugged into an input port: for messages. */
  source(port: string): string
  /**
   * What the block's outputs, or one of them, carry with them. Outputs of which nothing is said hand on what came in at the first
   * port.
   */
  carry(sequence: { mask: Value | null; categories?: number }, port?: string): void

  /** A trainable weight, unless it is frozen. Decay defaults to matrices only, axes to input and output, or feature. */
  weight(name: string, shape: Shape, initialiser: Initialiser, options?: WeightOptions): Value
  /** A figure that training keeps beside the weights, e.g. a running mean. `after` is what a training step leaves; other modes only read. */
  buffer(name: string, shape: Shape, initialiser: Initialiser, after: (before: Value) => Value): Value
  /** Something an inspector may ask for; kept only in the `inspect` program. Returns the value, so it can be wrapped in place. */
  look(name: string, axes: readonly string[], value: Value): Value
  /** x times a runtime multiplier, 1 by default, by which a head or a path is muted without compiling again. */
  gate(name: string, x: Value, shape?: Shape): Value
  /** Inverted dropout while training, x itself otherwise. */
  dropout(x: Value, rate: number): Value
  /** Refuses to build: a problem at this node with a sentence and, where one exists, a repair. */
  refuse(code: ErrorCode, params: ErrorParams, repair?: BlockRepair): never
  /** What the model is trained and judged by; called by the output block. Sums over real tokens, and their number. */
  objective(objective: Objective): void
}

/** Of one sequence token by token, or of whole sequences: `losses`, `counted` and `right` are (batch, token) or (batch). */
export interface Objective {
  readonly losses: Value
  /** What is averaged over, 1 or 0. */
  readonly counted: Value
  readonly logits: Value
  /** As the task's targets: ids, 1 or 0 for each class, or a number. All metrics but the training accuracy are counted from them. */
  readonly predictions: Value
  /** Probability of each class, (…, class), where it was to be looked at; null where there is none. */
  readonly probabilities: Value | null
  /** Whether each prediction is right, 1 or 0: the accuracy while training. */
  readonly right: Value
  /** Largest error at which a predicted number is right. */
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
  /** Every parameter has a default, so a block can be dropped onto the canvas as it is. */
  readonly params: P
  /**
   * How far ahead its outputs look. Left out where the token at t depends on the tokens at t of all inputs; outputs that have no axis of
   * tokens then depend on all of them.
   */
  lookahead?(input: LookaheadOf, params: z.output<P>): Lookahead
  /** Parameters as earlier versions wrote them, in today's form. */
  migrate?(params: Params): Params
  /** Weights whose names have changed: name in earlier versions → name today. No other block may have a weight of the old name. */
  readonly renamedWeights?: Readonly<Record<string, string>>
  build(inputs: PortValues<I>, params: z.output<P>, b: BlockBuilder): PortValues<O>
}

/** Keeps the types of ports and parameters while a block is written; the catalogue keeps the kind alone. */
export function defineBlock<const K extends string, I extends Ports, O extends Ports, P extends z.ZodObject>(
  block: BlockDefinition<I, O, P> & { readonly kind: K },
): BlockDefinition & { readonly kind: K } {
  return block
}

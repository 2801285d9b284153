/** The attention blocks whose heads are scored: those that attend as one block, so that each head can be muted. */
import type { GraphNode } from '../lab/document'

export interface HeadBlock {
  /** Local name of the gate with one multiplier per head. */
  readonly gate: string
  /** Port of the sequence that keys and values come from. */
  readonly memory: string
}

const headBlocks: Readonly<Record<string, HeadBlock>> = {
  'self-attention': { gate: 'output', memory: 'x' },
  'multi-head': { gate: 'heads', memory: 'x' },
  'cross-attention': { gate: 'heads', memory: 'memory' },
}

/** Undefined for all other blocks. Attention assembled from single blocks has no heads that could be muted. */
export const headBlockOf = ({ kind }: GraphNode): HeadBlock | undefined =>
  Object.hasOwn(headBlocks, kind) ? headBlocks[kind] : undefined

/** Why a score or a circuit of a head is not defined. */
export const headAbsences = [
  /** Queries and keys are of different sequences, or of a part of a sequence. */
  'other-sequence',
  /** The model also reads numbers, so that random tokens are not enough. */
  'reads-numbers',
  /** The sequence is too short, or has too few tokens, for a repetition. */
  'too-short',
  /** No query counts, e.g. as all sequences have one token. */
  'no-query',
  /** The block has no other head. */
  'one-head',
  /** The task has no accuracy. */
  'no-accuracy',
  /** No embedding reaches the block through residual connections and norms alone. */
  'no-embedding',
  /** The block does not reach logits per token through residual connections and norms alone. */
  'no-logits',
  /** The model reads and predicts different tokens. */
  'other-tokens',
  /** The score function is not bilinear. */
  'not-bilinear',
  /** Scores also depend on positions inside attention. */
  'positions',
  /** The outputs of the heads are not merged linearly. */
  'not-linear',
  /** The matrices are too large to compute. */
  'too-large',
  /** The weights have values that are not finite, or all eigenvalues are zero. */
  'no-eigenvalues',
  /** Muting every head was not asked for. */
  'left-out',
] as const
export type HeadAbsence = (typeof headAbsences)[number]

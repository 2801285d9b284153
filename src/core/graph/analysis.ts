/** What is known of a graph while it is edited: shapes, cost and problems, node by node. Plain data. */
import type { Axis } from '../blocks/define'
import type { Problem } from '../errors'
import type { Edit } from './edit'

/** A problem of the graph with, where there is one, the edit that mends it. */
export interface Diagnostic extends Problem {
  readonly repair?: { readonly label: Problem; readonly edit: Edit }
}

export interface WireType {
  readonly axes: readonly Axis[]
  /** One size per axis. */
  readonly shape: readonly number[]
}

export interface TensorInfo {
  /** Full name, `node/local`: what a look takes. */
  readonly name: string
  readonly axes: readonly string[]
  readonly shape: readonly number[]
}

export interface OperationInfo {
  /** By which a look takes its output: `node/N-kind`. */
  readonly name: string
  readonly kind: string
  /** Shapes. */
  readonly inputs: readonly (readonly number[])[]
  readonly output: readonly number[]
  /** Of the output, one name for each. */
  readonly axes: readonly string[]
}

export interface NodeAnalysis {
  /** What each output carries; missing where a problem upstream leaves it unknown. */
  readonly outputs: Readonly<Record<string, WireType>>
  /** Elements of the trainable weights. */
  readonly parameters: number
  /** Forward floating-point operations for one batch. */
  readonly flops: number
  readonly weights: readonly TensorInfo[]
  readonly probes: readonly TensorInfo[]
  /** Names of gates with their sizes, e.g. one multiplier per head. */
  readonly gates: readonly { readonly name: string; readonly size: number }[]
  /** Primitive operations of the forward pass: the block opened. */
  readonly operations: readonly OperationInfo[]
}

export interface Analysis {
  readonly problems: readonly Diagnostic[]
  /** What does not prevent training, but makes its metrics meaningless. Empty while there are problems. */
  readonly warnings: readonly Diagnostic[]
  readonly nodes: Readonly<Record<string, NodeAnalysis>>
  /** Totals; the step's figures are 0 while there are problems. Of trainable weights: */
  readonly parameters: number
  /** Of weights that are not trained. */
  readonly frozen: number
  readonly flopsPerStep: number
  readonly bytes: number
}

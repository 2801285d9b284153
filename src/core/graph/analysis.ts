/** Results of analysing a graph: shapes, cost and problems by node. Plain data. */
import type { Axis } from '../blocks/define'
import type { Problem } from '../errors'
import type { Edit } from './edit'

/** A problem of the graph with, if there is one, the edit that repairs it. */
export interface Diagnostic extends Problem {
  readonly repair?: { readonly label: Problem; readonly edit: Edit }
}

export interface WireType {
  readonly axes: readonly Axis[]
  /** One size per axis. */
  readonly shape: readonly number[]
}

export interface TensorInfo {
  /** Full name, `node/local`, as in look requests. */
  readonly name: string
  readonly axes: readonly string[]
  readonly shape: readonly number[]
}

export interface OperationInfo {
  /** Name of its output in look requests: `node/N-kind`. */
  readonly name: string
  readonly kind: string
  /** Shapes. */
  readonly inputs: readonly (readonly number[])[]
  readonly output: readonly number[]
  /** Axis names of the output. */
  readonly axes: readonly string[]
}

export interface NodeAnalysis {
  /** Types of the outputs; those unknown because of a problem upstream are missing. */
  readonly outputs: Readonly<Record<string, WireType>>
  /** Elements of the trainable weights. */
  readonly parameters: number
  /** Elements of the frozen weights. */
  readonly frozen: number
  /** Forward floating-point operations for one batch. */
  readonly flops: number
  readonly weights: readonly TensorInfo[]
  readonly probes: readonly TensorInfo[]
  /** Names of gates with their sizes, e.g. one multiplier per head. */
  readonly gates: readonly { readonly name: string; readonly size: number }[]
  /** Primitive operations of the forward pass, for the opened block. */
  readonly operations: readonly OperationInfo[]
}

export interface Analysis {
  readonly problems: readonly Diagnostic[]
  /** Problems that do not prevent training but make its metrics meaningless. Empty while there are errors. */
  readonly warnings: readonly Diagnostic[]
  readonly nodes: Readonly<Record<string, NodeAnalysis>>
  /** Number of trainable weights. All step figures are 0 while there are problems. */
  readonly parameters: number
  /** Number of frozen weights. */
  readonly frozen: number
  readonly flopsPerStep: number
  readonly bytes: number
}

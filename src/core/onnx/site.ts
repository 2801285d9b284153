/** The context in which one operation is lowered to ONNX: the graph that nodes are added to, and the surrounding operations. */
import { scalarOf } from '../program/constants'
import { sameShape } from '../program/shapes'
import type { Op, OpKind, Shape, Value } from '../program/types'
import type { OnnxGraph } from './graph'

export interface Site {
  readonly graph: OnnxGraph
  /** The name of a value in the graph. */
  readonly name: (value: Value) => string
  /** Whether the value comes before the operation. */
  isKnown(value: Value): boolean
  /** The operation that produces a value; undefined for inputs and states. */
  producer(value: Value): Op | undefined
  /** How often a value is used; a value used once can be fused without computing anything twice. */
  uses(value: Value): number
  /** The operations that read a value. */
  users(value: Value): readonly Op[]
  /** A value as a number times a cheaper value, as products apply a factor at no cost. If there is none, 1 times the value itself. */
  scaled(value: Value): Scaled
  remember(value: Value, scaled: Scaled): void
  /** Indices must be in [0, size): stored to check what is fed, as ONNX counts negative indices from the end. */
  bound(indices: Value, size: number): void
}

/** scale · name */
export interface Scaled {
  readonly name: string
  readonly scale: number
}

/** Returns the name of the result. */
export type Lowering<K extends OpKind> = (op: Op<K>, site: Site) => string
export type Lowerings = { readonly [K in OpKind]: Lowering<K> }

export function reshape({ graph }: Site, x: string, from: Shape, to: Shape): string {
  return sameShape(from, to) ? x : graph.node('Reshape', [x, graph.integers(to)], { allowzero: 1 })
}

/** The number if the value is a scalar constant of the program. */
export function scalarConstant(site: Site, value: Value): number | undefined {
  return value.dtype === 'float32' ? scalarOf(site.producer(value)) : undefined
}

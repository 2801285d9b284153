/** Where one operation is lowered to ONNX: the graph that nodes are added to, and what surrounds the operation. */
import { scalarOf } from '../program/constants'
import { sameShape } from '../program/shapes'
import type { Op, OpKind, Shape, Value } from '../program/types'
import type { OnnxGraph } from './graph'

export interface Site {
  readonly graph: OnnxGraph
  /** The name a value has in the graph. */
  readonly name: (value: Value) => string
  /** Whether the value comes before the operation. */
  isKnown(value: Value): boolean
  /** The operation that gives a value; undefined for inputs and states. */
  producer(value: Value): Op | undefined
  /** How often a value is used; a value used once may be taken apart without computing anything twice. */
  uses(value: Value): number
  /** The operations that read a value. */
  users(value: Value): readonly Op[]
  /** A value as a number times another that is cheaper to have: products take the number at no cost. The value itself at worst. */
  scaled(value: Value): Scaled
  remember(value: Value, scaled: Scaled): void
  /** Indices must be in [0, size): kept for checking what is fed, as ONNX counts negative ones from the end. */
  bound(indices: Value, size: number): void
}

/** scale · name */
export interface Scaled {
  readonly name: string
  readonly scale: number
}

/** Gives the name of the result. */
export type Lowering<K extends OpKind> = (op: Op<K>, site: Site) => string
export type Lowerings = { readonly [K in OpKind]: Lowering<K> }

export function reshape({ graph }: Site, x: string, from: Shape, to: Shape): string {
  return sameShape(from, to) ? x : graph.node('Reshape', [x, graph.integers(to)], { allowzero: 1 })
}

/** The number, where a value is one number written down in the program. */
export function scalarConstant(site: Site, value: Value): number | undefined {
  return value.dtype === 'float32' ? scalarOf(site.producer(value)) : undefined
}

/** Shared by reductions over axes. */
import { defineOp, requireType, type OpDefinition, type OpView } from '../define'
import type { Emitter } from '../emitter'
import { positions, sizeOf, stridesOf } from '../shapes'
import type { OpAttributes, OpKind, Shape, Value } from '../types'

export interface ReductionAttributes {
  /** Distinct, ascending, counted from the start. */
  readonly axes: readonly number[]
  readonly keepDims: boolean
}
type ReductionKind = { [K in OpKind]: OpAttributes[K] extends ReductionAttributes ? K : never }[OpKind]

/** The shape with size 1 along the reduced axes. */
export function keptShape(shape: Shape, axes: readonly number[]): Shape {
  return shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
}

/** A reduced value, or its gradient, in the shape it has with the reduced axes kept. */
export function keepAxes(reduced: Value, x: Value, axes: readonly number[], e: Emitter): Value {
  return e.reshape(reduced, keptShape(x.shape, axes))
}

/** Folds elements into `initial` one after another; `finish` then sees the number of elements folded. */
export function reduction<K extends ReductionKind>({
  kind,
  initial,
  fold,
  finish = (total) => total,
  gradient,
}: {
  kind: K
  initial: number
  fold: (total: number, x: number) => number
  finish?: (total: number, count: number) => number
  gradient: (op: OpView<K, 1>, g: Value, e: Emitter) => Value
}): OpDefinition<K> {
  return defineOp<K, 1>({
    kind,
    arity: 1,
    infer([x], { axes, keepDims }) {
      requireType(kind, 'float32', x)
      const shape = keepDims ? keptShape(x.shape, axes) : x.shape.filter((_, axis) => !axes.includes(axis))
      return { shape, dtype: x.dtype }
    },
    compute([x], { axes }, shape) {
      const result = new Float64Array(sizeOf(shape)).fill(initial)
      const strides = stridesOf(keptShape(x.shape, axes)).map((stride, axis) => (axes.includes(axis) ? 0 : stride))
      positions(x.shape, strides).forEach((to, from) => {
        result[to] = fold(result[to]!, x.data[from]!)
      })
      return result.map((total) => finish(total, x.data.length / result.length))
    },
    gradient: (op, g, e) => [gradient(op, g, e)],
    flops: ({ inputs: [x] }) => sizeOf(x.shape),
  })
}

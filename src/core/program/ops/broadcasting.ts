/** Shared by operations with broadcasting. Shapes are aligned at the end; an axis of size 1 is stretched, as in NumPy. */
import { defineOp, type OpDefinition, type OpView, type Tensor, type TensorType } from '../define'
import type { Emitter } from '../emitter'
import { describeShape, positions, sameShape, sizeOf, stridesOf, take } from '../shapes'
import type { DType, OpKind, Shape, Value } from '../types'

/** The common shape. Throws a TypeError if two sizes differ and neither is 1. */
export function broadcastShapes(kind: OpKind, ...shapes: readonly Shape[]): Shape {
  const rank = Math.max(...shapes.map((shape) => shape.length))
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1)
    const size = sizes.find((candidate) => candidate !== 1) ?? 1
    if (sizes.some((other) => other !== 1 && other !== size)) {
      throw new TypeError(`${kind}: shapes do not broadcast, ${shapes.map(describeShape).join(' and ')}`)
    }
    return size
  })
}

/** The data of `x` stretched to `shape`. */
export function stretch(x: Tensor, shape: Shape): Float64Array {
  if (sameShape(x.shape, shape)) return x.data
  const strides = stridesOf(x.shape)
  const missing = shape.length - x.shape.length
  const walked = shape.map((_, axis) => (x.shape[axis - missing] === 1 ? 0 : (strides[axis - missing] ?? 0)))
  return take(x.data, positions(shape, walked))
}

/** Sums a gradient over the axes along which `shape` was stretched. */
export function unbroadcast(g: Value, shape: Shape, e: Emitter): Value {
  const missing = g.shape.length - shape.length
  const stretched = g.shape.flatMap((size, axis) =>
    axis < missing || (size !== 1 && shape[axis - missing] === 1) ? [axis] : [],
  )
  return e.reshape(e.sum(g, stretched, missing === 0), shape)
}

/** An elementwise operation on two values of one type; `gradient` returns both gradients in the shape of the result. */
export function binary<K extends OpKind>({
  kind,
  dtype,
  apply,
  gradient,
}: {
  kind: K
  /** Type of the result; by default the 'same' as the inputs. */
  dtype: DType | 'same'
  apply: (a: number, b: number) => number
  gradient: ((op: OpView<K, 2>, g: Value, e: Emitter) => readonly [Value, Value]) | null
}): OpDefinition<K> {
  return defineOp<K, 2>({
    kind,
    arity: 2,
    infer([a, b]): TensorType {
      if (a.dtype !== b.dtype) throw new TypeError(`${kind}: types differ, ${a.dtype} and ${b.dtype}`)
      return { shape: broadcastShapes(kind, a.shape, b.shape), dtype: dtype === 'same' ? a.dtype : dtype }
    },
    compute([a, b], _, shape) {
      const right = stretch(b, shape)
      return stretch(a, shape).map((x, i) => apply(x, right[i]!))
    },
    gradient:
      gradient &&
      ((op, g, e) => {
        const [a, b] = op.inputs
        const [ga, gb] = gradient(op, g, e)
        return [unbroadcast(ga, a.shape, e), unbroadcast(gb, b.shape, e)]
      }),
    flops: ({ output }) => sizeOf(output.shape),
  })
}

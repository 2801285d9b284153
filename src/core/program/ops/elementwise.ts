/** Shared by elementwise operations on one float32 value. */
import { defineOp, requireType, type OpDefinition, type OpView } from '../define'
import type { Emitter } from '../emitter'
import { sizeOf } from '../shapes'
import type { OpKind, Value } from '../types'

export function elementwise<K extends OpKind>({
  kind,
  apply,
  gradient,
  flops = 1,
}: {
  kind: K
  apply: (x: number) => number
  gradient: (op: OpView<K, 1>, g: Value, e: Emitter) => Value
  /** Per element. */
  flops?: number
}): OpDefinition<K> {
  return defineOp<K, 1>({
    kind,
    arity: 1,
    infer([x]) {
      requireType(kind, 'float32', x)
      return x
    },
    compute: ([x]) => x.data.map(apply),
    gradient: (op, g, e) => [gradient(op, g, e)],
    flops: ({ output }) => flops * sizeOf(output.shape),
  })
}

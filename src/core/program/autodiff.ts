/** Reverse-mode differentiation: the gradient of a scalar is more operations of the same program. */
import type { ProgramBuilder } from './builder'
import { operations } from './ops/index'
import { describeShape, sizeOf } from './shapes'
import type { Op, OpKind, Value } from './types'

/**
 * Emits d loss / d value for every value of `wrt`, each of the value's own shape. A value the loss does not depend on is missing
 * from the result. Only operations between `wrt` and the loss are visited; what is emitted for one bears its block and the phase
 * `backward`. Throws a TypeError unless the loss is one float32 number.
 */
export function gradients(builder: ProgramBuilder, loss: Value, wrt: readonly Value[]): Map<Value, Value> {
  if (loss.dtype !== 'float32' || sizeOf(loss.shape) !== 1) {
    throw new TypeError(`gradients: the loss is one float32 number, got ${loss.dtype} ${describeShape(loss.shape)}`)
  }

  const ops = [...builder.ops]
  const varying = new Set(wrt.filter((value) => value.dtype === 'float32'))
  for (const op of ops) {
    if (operations[op.kind].gradient && op.inputs.some((input) => varying.has(input))) varying.add(op.output)
  }

  const found = new Map<Value, Value>()
  builder.withPhase('backward', () => {
    if (varying.has(loss)) found.set(loss, builder.reshape(builder.constant(1), loss.shape))
    for (const op of ops.reverse()) {
      const g = found.get(op.output)
      if (g && op.inputs.some((input) => varying.has(input))) {
        builder.withBlock(op.block, () => propagate(builder, op, g, varying, found))
      }
    }
  })
  return new Map(
    wrt.flatMap((value) => {
      const g = found.get(value)
      return g ? [[value, g] as const] : []
    }),
  )
}

/** Adds what `op` contributes to the gradients of its inputs. */
function propagate<K extends OpKind>(
  builder: ProgramBuilder,
  op: Op<K>,
  g: Value,
  varying: ReadonlySet<Value>,
  found: Map<Value, Value>,
): void {
  const contributions = operations[op.kind].gradient?.(op, g, builder) ?? []
  op.inputs.forEach((input, i) => {
    const contribution = contributions[i]
    if (!contribution || !varying.has(input)) return
    const sum = found.get(input)
    found.set(input, sum ? builder.add(sum, contribution) : contribution)
  })
}

/** Reverse-mode differentiation: the gradient of a scalar is more operations of the same program. */
import type { ProgramBuilder } from './builder'
import { operations } from './ops/index'
import { describeShape, sizeOf } from './shapes'
import type { Op, OpKind, Value } from './types'

/**
 * Emits d loss / d value for every value of `wrt`, in the shape of the value. Values that the loss does not depend on are missing
 * from the result. Only operations between `wrt` and the loss are visited; the operations emitted for one carry its block and the
 * phase `backward`. Throws a TypeError unless the loss is one float32 number.
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

  const found = new Found(builder)
  builder.withPhase('backward', () => {
    if (varying.has(loss)) found.add(loss, builder.reshape(builder.constant(1), loss.shape))
    for (const op of ops.reverse()) {
      const g = found.of(op.output)
      if (!g || !op.inputs.some((input) => varying.has(input))) continue
      if (op.kind === 'slice') found.addSlice(op, g)
      else builder.withBlock(op.block, () => propagate(builder, op, g, varying, found))
    }
    for (const value of wrt) found.of(value)
  })
  return new Map(
    wrt.flatMap((value) => {
      const g = found.of(value)
      return g ? [[value, g] as const] : []
    }),
  )
}

/** The gradients found so far, each the sum of what every use of the value contributes. */
class Found {
  private readonly sums = new Map<Value, Value>()
  private readonly slices = new Map<Value, { op: Op<'slice'>; g: Value }[]>()

  constructor(private readonly builder: ProgramBuilder) {}

  add(value: Value, contribution: Value): void {
    const sum = this.sums.get(value)
    this.sums.set(value, sum ? this.builder.add(sum, contribution) : contribution)
  }

  /**
   * Gradients of slices are collected: adjacent ones, such as the steps of a recurrent network, become one `concat` instead of many
   * values of the full size that are mostly zeros.
   */
  addSlice(op: Op<'slice'>, g: Value): void {
    const [whole] = op.inputs
    if (!whole) return
    const waiting = this.slices.get(whole)
    if (waiting) waiting.push({ op, g })
    else this.slices.set(whole, [{ op, g }])
  }

  /** Call only when all uses of the value have contributed. */
  of(value: Value): Value | undefined {
    const slices = this.slices.get(value)
    if (slices?.[0]) {
      this.slices.delete(value)
      this.builder.withBlock(slices[0].op.block, () => {
        for (const { begin, g } of joined(slices, value, this.builder)) {
          const after = value.shape.map((size, axis) => size - begin[axis]! - g.shape[axis]!)
          this.add(value, this.builder.pad(g, begin, after))
        }
      })
    }
    return this.sums.get(value)
  }
}

interface Part {
  readonly begin: readonly number[]
  readonly g: Value
}

/** Adds the gradients of equal slices and joins those of adjacent slices along one axis. */
function joined(slices: readonly { op: Op<'slice'>; g: Value }[], whole: Value, builder: ProgramBuilder): Part[] {
  const boxes = new Map<string, Part>()
  for (const { op, g } of slices) {
    const { begin } = op.attributes
    const box = `${begin.join()} ${g.shape.join()}`
    const same = boxes.get(box)
    boxes.set(box, { begin, g: same ? builder.add(same.g, g) : g })
  }
  const parts = [...boxes.values()]
  const axis = whole.shape.findIndex((size, i) => parts.some(({ g }) => g.shape[i] !== size))
  if (axis < 0) return parts
  parts.sort((a, b) => a.begin[axis]! - b.begin[axis]!)
  const inLine = parts.every(({ begin, g }, i) => {
    const before = parts[i - 1]
    return (
      g.shape.every((size, other) => other === axis || size === whole.shape[other]) &&
      (!before || begin[axis] === before.begin[axis]! + before.g.shape[axis]!)
    )
  })
  if (!inLine) return parts
  return [
    {
      begin: parts[0]!.begin,
      g: builder.concat(
        parts.map(({ g }) => g),
        axis,
      ),
    },
  ]
}

/** Adds the contribution of `op` to the gradients of its inputs. */
function propagate<K extends OpKind>(
  builder: ProgramBuilder,
  op: Op<K>,
  g: Value,
  varying: ReadonlySet<Value>,
  found: Found,
): void {
  const contributions = operations[op.kind].gradient?.(op, g, builder) ?? []
  op.inputs.forEach((input, i) => {
    const contribution = contributions[i]
    if (!contribution || !varying.has(input)) return
    found.add(input, contribution)
  })
}

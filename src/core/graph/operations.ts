/** Names of operations, by which a block's insides can be asked for: `attention/3-softmax`. */
import type { Op } from '../program/types'
import { axesOfValues } from './axes'
import type { BuiltGraph } from './build'

/**
 * `BLOCK/N-KIND`, where N counts from 1 the operations of the block's forward pass in the order in which they are emitted. Constants are
 * not counted, nor are operations of no block. Only before any pass has run: what passes leave has the same names, but not the same N.
 */
export function nameOperations(ops: readonly Op[]): Map<string, Op> {
  const counts = new Map<string, number>()
  const named = new Map<string, Op>()
  for (const op of ops) {
    if (op.kind === 'constant' || op.phase !== 'forward' || op.block === '') continue
    const number = (counts.get(op.block) ?? 0) + 1
    counts.set(op.block, number)
    named.set(`${op.block}/${number}-${op.kind}`, op)
  }
  return named
}

/** The axes of each operation's output, by its name. */
export function operationAxes({ builder, wires }: BuiltGraph): ReadonlyMap<string, readonly string[]> {
  const program = builder.build()
  const carried = [...wires.values()].map(({ value, axes }) => [value, axes] as const)
  const axesOf = axesOfValues(program, carried)
  return new Map([...nameOperations(program.ops)].map(([name, { output }]) => [name, axesOf(output)]))
}

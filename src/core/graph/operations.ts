/** Names of operations, by which the inside of a block can be inspected: `attention/3-softmax`. */
import type { Op } from '../program/types'
import { axesOfValues } from './axes'
import type { BuiltGraph } from './build'

/**
 * `BLOCK/N-KIND`, where N numbers the operations of the block's forward pass in emission order, from 1, without constants. Operations
 * outside blocks have no name. Only valid before optimisation passes, which change the numbering.
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

/** The axes of each operation's output, by operation name. */
export function operationAxes({ builder, wires }: BuiltGraph): ReadonlyMap<string, readonly string[]> {
  const program = builder.build()
  const carried = [...wires.values()].map(({ value, axes }) => [value, axes] as const)
  const axesOf = axesOfValues(program, carried)
  return new Map([...nameOperations(program.ops)].map(([name, { output }]) => [name, axesOf(output)]))
}

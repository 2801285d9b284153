/** The cost of a program: parameters, arithmetic and memory. */
import { operations } from './ops/index'
import { sizeOf } from './shapes'
import type { Op, OpKind, Phase, Program, Value } from './types'

const bytesPerElement = 4

export interface Cost {
  /** Elements of the trainable weights. */
  readonly parameters: number
  /** Floating-point operations of one run. */
  readonly flops: {
    readonly total: number
    readonly blocks: ReadonlyMap<string, number>
    readonly phases: Readonly<Record<Phase, number>>
  }
  /** Peak memory of a run: states, inputs, constants and the values still needed at that moment. */
  readonly bytes: number
  readonly stateBytes: number
}

export function costOf(program: Program): Cost {
  const blocks = new Map<string, number>()
  const phases = { forward: 0, backward: 0, update: 0 }
  for (const op of program.ops) {
    const flops = flopsOf(op)
    blocks.set(op.block, (blocks.get(op.block) ?? 0) + flops)
    phases[op.phase] += flops
  }
  const weights = program.states.filter((state) => state.role === 'weight' && state.trainable)
  const stateBytes = bytesOf(program.states.map((state) => state.value))
  return {
    parameters: weights.reduce((total, { value }) => total + sizeOf(value.shape), 0),
    flops: { total: phases.forward + phases.backward + phases.update, blocks, phases },
    bytes: stateBytes + peakBytes(program),
    stateBytes,
  }
}

export function flopsOf<K extends OpKind>(op: Op<K>): number {
  return operations[op.kind].flops(op)
}

function bytesOf(values: readonly Value[]): number {
  return values.reduce((total, value) => total + bytesIn(value), 0)
}

const bytesIn = ({ shape }: Value): number => bytesPerElement * sizeOf(shape)

/** Inputs and constants live for the whole run, other values from their operation to their last use; a reshape shares memory. */
function peakBytes(program: Program): number {
  const storage = new Map<Value, Value>()
  const storageOf = (value: Value): Value => storage.get(value) ?? value
  const lastUse = new Map<Value, number>()
  program.ops.forEach((op, i) => {
    const [source] = op.inputs
    if (op.kind === 'reshape' && source) storage.set(op.output, storageOf(source))
    for (const value of op.inputs) lastUse.set(storageOf(value), i)
    lastUse.set(storageOf(op.output), i)
  })
  for (const value of program.outputs.values()) lastUse.set(storageOf(value), Infinity)
  for (const value of program.updates.values()) lastUse.set(storageOf(value), Infinity)

  const constants = program.ops.filter((op) => op.kind === 'constant').map((op) => op.output)
  const lasting = bytesOf([...program.inputs.map((input) => input.value), ...constants])
  const allocated = new Set<Value>()
  let live = lasting
  let peak = lasting
  program.ops.forEach((op, i) => {
    if (op.kind !== 'constant' && op.kind !== 'reshape') {
      allocated.add(op.output)
      live += bytesIn(op.output)
    }
    peak = Math.max(peak, live)
    const release = (value: Value): void => {
      if (lastUse.get(value) === i && allocated.delete(value)) live -= bytesIn(value)
    }
    for (const input of op.inputs) release(storageOf(input))
    release(storageOf(op.output))
  })
  return peak
}

/** Runs a program in float64 by the definition of each operation: slow, but exact enough as a reference for engines and gradients. */
import type { Tensor } from './define'
import { operations } from './ops/index'
import { describeShape, sizeOf } from './shapes'
import type { Op, OpKind, Program, Value } from './types'

export type Feeds = Readonly<Record<string, ArrayLike<number>>>

/**
 * The requested values by name, row-major: outputs, and updates of states as `update/STATE`; all of them by default.
 * `feeds` holds the inputs and `states` the states, by name. Throws if one is missing or has the wrong number of elements.
 */
export function interpret(
  program: Program,
  feeds: Feeds,
  states: Feeds,
  wanted?: readonly string[],
): Map<string, Float64Array> {
  const values = new Map<Value, Tensor>()
  for (const { name, value } of program.inputs) values.set(value, fed(name, value, feeds))
  for (const { name, value } of program.states) values.set(value, fed(name, value, states))
  for (const op of program.ops) values.set(op.output, { shape: op.output.shape, data: run(op, values) })

  const named = new Map(program.outputs)
  for (const [state, value] of program.updates) named.set(`update/${state}`, value)
  return new Map((wanted ?? [...named.keys()]).map((name) => [name, valueNamed(name, named, values).data]))
}

function run<K extends OpKind>(op: Op<K>, values: ReadonlyMap<Value, Tensor>): Float64Array {
  const inputs = op.inputs.map((input) => {
    const tensor = values.get(input)
    if (!tensor) throw new Error(`${op.kind}: value ${input.id} is used before it is computed`)
    return tensor
  })
  return operations[op.kind].compute(inputs, op.attributes, op.output.shape)
}

function fed(name: string, { shape }: Value, feeds: Feeds): Tensor {
  const data = feeds[name]
  if (!data) throw new Error(`${name} is not fed`)
  if (data.length !== sizeOf(shape)) throw new Error(`${name}: ${data.length} numbers for the shape ${describeShape(shape)}`)
  return { shape, data: Float64Array.from(data) }
}

function valueNamed(name: string, named: ReadonlyMap<string, Value>, values: ReadonlyMap<Value, Tensor>): Tensor {
  const value = named.get(name)
  const tensor = value && values.get(value)
  if (!tensor) throw new Error(`the program has no output ${name}`)
  return tensor
}

/** Common subexpression elimination: operations with equal kind, inputs and attributes are replaced by the first of them. */
import { isFormula, type Formula } from '../constants'
import type { Op, Program, Value } from '../types'

export function commonSubexpressions(program: Program): Program {
  const first = new Map<string, Value>()
  const keyOf = keys()
  const merged = new Map<Value, Value>()
  const resolve = (value: Value): Value => merged.get(value) ?? value
  const ops: Op[] = []
  for (const original of program.ops) {
    const op: Op = original.inputs.some((input) => merged.has(input))
      ? { ...original, inputs: original.inputs.map(resolve) }
      : original
    const key = keyOf(op)
    const same = first.get(key)
    if (same) {
      merged.set(op.output, same)
      continue
    }
    first.set(key, op.output)
    ops.push(op)
  }
  return {
    ...program,
    ops,
    outputs: new Map([...program.outputs].map(([name, value]) => [name, resolve(value)])),
    probes: program.probes.map((probe) => ({ ...probe, value: resolve(probe.value) })),
    updates: new Map([...program.updates].map(([name, value]) => [name, resolve(value)])),
  }
}

/** A key that is equal for equal operations. */
function keys(): (op: Op) => string {
  const makers = new Map<Formula['make'], number>()
  const makerOf = (make: Formula['make']): number => {
    const known = makers.get(make) ?? makers.size
    makers.set(make, known)
    return known
  }
  // Compared bit by bit: −0 differs from 0, and NaN equals itself.
  const written = (numbers: Float32Array | Int32Array): string =>
    new Int32Array(numbers.buffer, numbers.byteOffset, numbers.length).join()
  const argument = (of: number | string): string =>
    typeof of === 'string' ? JSON.stringify(of) : new Int32Array(Float64Array.of(of).buffer).join(':')
  return (op) => {
    if (op.kind !== 'constant') return `${op.kind} ${op.inputs.map(({ id }) => id).join()} ${JSON.stringify(op.attributes)}`
    const { data } = op.attributes
    const numbers = isFormula(data) ? `${makerOf(data.make)}(${data.of.map(argument).join()})` : written(data)
    return `constant ${op.output.dtype} [${op.output.shape.join()}] ${numbers}`
  }
}

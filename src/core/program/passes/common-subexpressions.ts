/** Computes equal things once: operations of one kind, inputs and attributes become the first of them. */
import type { Op, Program, Value } from '../types'

export function commonSubexpressions(program: Program): Program {
  const first = new Map<string, Value>()
  const merged = new Map<Value, Value>()
  const resolve = (value: Value): Value => merged.get(value) ?? value
  const ops = program.ops.flatMap((original): Op[] => {
    const op: Op = { ...original, inputs: original.inputs.map(resolve) }
    const key = keyOf(op)
    const same = first.get(key)
    if (same) {
      merged.set(op.output, same)
      return []
    }
    first.set(key, op.output)
    return [op]
  })
  return {
    ...program,
    ops,
    outputs: new Map([...program.outputs].map(([name, value]) => [name, resolve(value)])),
    probes: program.probes.map((probe) => ({ ...probe, value: resolve(probe.value) })),
    updates: new Map([...program.updates].map(([name, value]) => [name, resolve(value)])),
  }
}

function keyOf(op: Op): string {
  if (op.kind === 'constant') {
    const { data } = op.attributes
    // Bit by bit: −0 is not 0, and NaN is itself.
    const bits = new Int32Array(data.buffer, data.byteOffset, data.length)
    return `constant ${op.output.dtype} [${op.output.shape.join()}] ${bits.join()}`
  }
  return `${op.kind} ${op.inputs.map((input) => input.id).join()} ${JSON.stringify(op.attributes)}`
}

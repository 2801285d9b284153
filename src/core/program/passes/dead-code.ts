/** Removes operations and inputs that no output or update depends on. All states are kept, used or not: they are the model. */
import type { Op, Program, Value } from '../types'

/** `wanted` names the outputs to keep, all by default; updates are always kept. Throws if there is no such output. */
export function deadCode(program: Program, wanted?: readonly string[]): Program {
  const names = wanted ?? [...program.outputs.keys()]
  const outputs = new Map(names.map((name) => [name, outputNamed(program, name)]))
  const live = new Set<Value>([...outputs.values(), ...program.updates.values()])
  const ops: Op[] = []
  for (const op of [...program.ops].reverse()) {
    if (!live.has(op.output)) continue
    ops.push(op)
    for (const input of op.inputs) live.add(input)
  }
  return {
    ...program,
    inputs: program.inputs.filter((input) => live.has(input.value)),
    ops: ops.reverse(),
    outputs,
    probes: program.probes.filter((probe) => outputs.has(`probe/${probe.name}`)),
  }
}

function outputNamed(program: Program, name: string): Value {
  const value = program.outputs.get(name)
  if (!value) throw new Error(`the program has no output ${name}`)
  return value
}

/** Where NaN or infinity came from, found by running a plan operation by operation. */
import type { Op, Program, Value } from '@core/program/types'
import type { Culprit } from '../executor'
import { sharesMemory } from './lowerings/layout'
import type { Plan } from './plan'

type Health = 'finite' | 'infinity' | 'nan'

/**
 * Takes a plan whose inputs are fed. Infinities on purpose, such as those of a mask, must not be blamed: the search goes back
 * from the last NaN along what made it, to the first operation that got none, and from there along infinities in the same way.
 */
export function findCulprit(program: Program, plan: Plan): Culprit | null {
  const health = new Map<Value, Health>()
  const states = new Map(program.states.map((state) => [state.value, state]))
  const healthOf = (value: Value): Health => {
    const known = health.get(value)
    if (known) return known
    const found = value.dtype === 'int32' ? 'finite' : examine(plan.regionOf(value).floats())
    health.set(value, found)
    return found
  }

  const producers = new Map<Value, Op>(program.ops.map((op) => [op.output, op]))
  let worst: Value | undefined
  for (const { op, kernel } of plan.steps) {
    // Inputs are looked at before their memory may be taken.
    op.inputs.forEach(healthOf)
    kernel()
    const result = healthOf(op.output)
    if (result === 'nan' || (result === 'infinity' && (!worst || health.get(worst) !== 'nan'))) worst = op.output
  }
  if (!worst) return null

  let value = worst
  for (;;) {
    const op = producers.get(value)
    const kind = health.get(value)!
    // What lies in its input's memory never ran and is as healthy as the input was.
    if (op && sharesMemory(op)) health.set(op.inputs[0]!, kind)
    const sick = (wanted: Health) => op?.inputs.find((input) => health.get(input) === wanted)
    const cause = sick(kind) ?? sick('infinity')
    if (cause && producers.get(cause)?.kind !== 'constant') value = cause
    else {
      const block = op?.block ?? states.get(value)?.block ?? ''
      return { operation: op?.kind ?? 'state', block, kind: kind === 'nan' ? 'nan' : 'infinity' }
    }
  }
}

function examine(values: Float32Array): Health {
  let health: Health = 'finite'
  for (const value of values) {
    if (Number.isNaN(value)) return 'nan'
    if (!Number.isFinite(value)) health = 'infinity'
  }
  return health
}

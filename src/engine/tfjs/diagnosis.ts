/** Finds infinite and NaN values by running a plan operation by operation. */
import type { Program, Value } from '@core/program/types'
import { traceCulprit, type Health } from '../culprit'
import type { Culprit } from '../executor'
import { sharesMemory } from './lowerings/layout'
import type { Plan } from './plan'

/** The inputs of the plan must have been fed. */
export function findCulprit(program: Program, plan: Plan): Culprit | null {
  const health = new Map<Value, Health>()
  const owners = new Map(program.ops.filter(sharesMemory).map((op) => [op.output, op.inputs[0]!]))
  const healthOf = (value: Value): Health => {
    const owner = owners.get(value)
    const known = health.get(value)
    if (known) return known
    const found = owner ? healthOf(owner) : value.dtype === 'int32' ? 'finite' : examine(plan.regionOf(value).floats())
    health.set(value, found)
    return found
  }
  for (const { op, kernel } of plan.steps) {
    // Inputs are checked before their memory may be reused.
    op.inputs.forEach(healthOf)
    kernel()
    healthOf(op.output)
  }
  return traceCulprit(program, health)
}

function examine(values: Float32Array): Health {
  let health: Health = 'finite'
  for (const value of values) {
    if (Number.isNaN(value)) return 'nan'
    if (!Number.isFinite(value)) health = 'infinity'
  }
  return health
}

/** Traces NaN or infinity to its source, from the health of every value of a program. */
import type { Op, Program, Value } from '@core/program/types'
import type { Culprit } from './executor'

export type Health = 'finite' | 'infinity' | 'nan'

/**
 * `health` has the computed values in program order. Intentional infinities, such as those of a mask, must not be blamed: the
 * search follows the last NaN back to the first operation that had no NaN as input, and from there follows infinities in the
 * same way.
 */
export function traceCulprit(program: Program, health: ReadonlyMap<Value, Health>): Culprit | null {
  const producers = new Map<Value, Op>(program.ops.map((op) => [op.output, op]))
  const states = new Map(program.states.map((state) => [state.value, state]))
  const last = (wanted: Health) =>
    program.ops.findLast((op) => op.kind !== 'constant' && health.get(op.output) === wanted)?.output
  let value = last('nan') ?? last('infinity')
  if (!value) return null
  for (;;) {
    const op = producers.get(value)
    const kind = health.get(value)
    const sick = (wanted: Health | undefined) => op?.inputs.find((input) => health.get(input) === wanted)
    const cause = sick(kind) ?? sick('infinity')
    if (cause && producers.get(cause)?.kind !== 'constant') value = cause
    else {
      const block = op?.block ?? states.get(value)?.block ?? ''
      return { operation: op?.kind ?? 'state', block, kind: kind === 'nan' ? 'nan' : 'infinity' }
    }
  }
}

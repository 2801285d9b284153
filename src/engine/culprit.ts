/** Where NaN or infinity came from, told from the health of every value of a program. */
import type { Op, Program, Value } from '@core/program/types'
import type { Culprit } from './executor'

export type Health = 'finite' | 'infinity' | 'nan'

/**
 * `health` knows the values that were computed, in the order of the program. Infinities on purpose, such as those of a mask, must
 * not be blamed: the search goes back from the last NaN along what made it, to the first operation that got none, and from there
 * along infinities in the same way.
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

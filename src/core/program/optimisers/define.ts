/** What an optimiser is: operations that write weights and moments, and the numbers it is fed at each step. */
import type { Optimiser } from './settings'
import type { Emitter } from '../emitter'
import type { State, Value } from '../types'

export interface Parameter {
  readonly state: State
  readonly gradient: Value
}

export interface OptimiserDefinition<Options extends Optimiser = Optimiser> {
  /** Emits the update of every parameter and of its moments. Reads the scalar inputs `learningRate` and those of `scalars`. */
  emit(e: Emitter, parameters: readonly Parameter[], options: Options): void
  /** Scalar inputs beside the learning rate, by name, at a step counted from 1. */
  scalars(options: Options, step: number): Readonly<Record<string, number>>
}

/** A running figure of one parameter, zero before the first step: the state `optimiser/MOMENT/NODE/WEIGHT`. */
export function moment(e: Emitter, kind: string, { state }: Parameter): { name: string; value: Value } {
  const name = `optimiser/${kind}/${state.name}`
  const { shape } = state.value
  const value = e.state({
    name,
    block: state.block,
    role: 'moment',
    shape,
    initialiser: { kind: 'zeros' },
    trainable: false,
    decay: false,
    axes: state.axes,
  })
  return { name, value }
}

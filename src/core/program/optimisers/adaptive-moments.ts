/**
 * The step Adam and AdamW share (Kingma & Ba 2015, algorithm 1), as PyTorch takes it:
 * m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g², change = η · (m / c₁) / (√(v / c₂) + ε) with cᵢ = 1 − βᵢ^step.
 * The states are M = m / (1 − β₁) and V = v / (1 − β₂), whose updates M ← β₁·M + g and V ← β₂·V + g² take a pass less each.
 */
import type { Optimiser } from './settings'
import type { Emitter } from '../emitter'
import type { Value } from '../types'
import { moment, type Parameter } from './define'

export type AdamOptions = Exclude<Optimiser, { kind: 'sgd' }>

/**
 * For each parameter and gradient, emits the moments' updates and gives what to take off the parameter. With all factors moved into
 * scalars, change = (η·k·(1 − β₁) / c₁) · M / (√V + ε·k) where k = √(c₂ / (1 − β₂)), two more passes over every parameter are saved.
 */
export function adaptiveChange(
  e: Emitter,
  { beta1, beta2, epsilon }: AdamOptions,
): (parameter: Parameter, gradient: Value) => Value {
  const root = e.sqrt(e.div(e.scalarInput('correction2'), 1 - beta2))
  const rate = e.div(e.mul(e.mul(e.scalarInput('learningRate'), root), 1 - beta1), e.scalarInput('correction1'))
  const floor = e.mul(root, epsilon)
  return (parameter, gradient) => {
    const first = moment(e, 'first', parameter)
    const second = moment(e, 'second', parameter)
    const sum = e.add(e.mul(first.value, beta1), gradient)
    const sumOfSquares = e.add(e.mul(second.value, beta2), e.square(gradient))
    e.update(first.name, sum)
    e.update(second.name, sumOfSquares)
    return e.mul(e.div(sum, e.add(e.sqrt(sumOfSquares), floor)), rate)
  }
}

/** The bias corrections c₁ and c₂. */
export function corrections({ beta1, beta2 }: AdamOptions, step: number): { correction1: number; correction2: number } {
  return { correction1: 1 - beta1 ** step, correction2: 1 - beta2 ** step }
}

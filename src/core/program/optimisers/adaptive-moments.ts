/**
 * The step Adam and AdamW share (Kingma & Ba 2015, algorithm 1), as PyTorch takes it:
 * m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g², change = η · (m / c₁) / (√(v / c₂) + ε) with cᵢ = 1 − βᵢ^step.
 */
import type { Optimiser } from '../../lab/document'
import type { Emitter } from '../emitter'
import type { Value } from '../types'
import { moment, type Parameter } from './define'

export type AdamOptions = Exclude<Optimiser, { kind: 'sgd' }>

/**
 * For each parameter and gradient, emits the moments' updates and gives what to take off the parameter. With both corrections moved
 * into scalars, change = (η·√c₂ / c₁) · m / (√v + ε·√c₂), two passes over every parameter are saved.
 */
export function adaptiveChange(
  e: Emitter,
  { beta1, beta2, epsilon }: AdamOptions,
): (parameter: Parameter, gradient: Value) => Value {
  const root = e.sqrt(e.scalarInput('correction2'))
  const rate = e.div(e.mul(e.scalarInput('learningRate'), root), e.scalarInput('correction1'))
  const floor = e.mul(root, epsilon)
  return (parameter, gradient) => {
    const first = moment(e, 'first', parameter)
    const second = moment(e, 'second', parameter)
    const mean = e.add(e.mul(first.value, beta1), e.mul(gradient, 1 - beta1))
    const meanSquare = e.add(e.mul(second.value, beta2), e.mul(e.square(gradient), 1 - beta2))
    e.update(first.name, mean)
    e.update(second.name, meanSquare)
    return e.mul(e.div(mean, e.add(e.sqrt(meanSquare), floor)), rate)
  }
}

/** The bias corrections c₁ and c₂. */
export function corrections({ beta1, beta2 }: AdamOptions, step: number): { correction1: number; correction2: number } {
  return { correction1: 1 - beta1 ** step, correction2: 1 - beta2 ** step }
}

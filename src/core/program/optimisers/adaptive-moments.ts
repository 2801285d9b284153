/**
 * The step Adam and AdamW share (Kingma & Ba 2015, algorithm 1), as PyTorch takes it:
 * m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g², p ← p − η · (m / c₁) / (√(v / c₂) + ε) with cᵢ = 1 − βᵢ^step.
 */
import type { Optimiser } from '../../lab/document'
import type { Emitter } from '../emitter'
import type { Value } from '../types'
import { moment, type Parameter } from './define'

export type AdamOptions = Exclude<Optimiser, { kind: 'sgd' }>

/** The moments' updates; gives the parameter's change before the learning rate, (m / c₁) / (√(v / c₂) + ε). */
export function adaptiveStep(e: Emitter, parameter: Parameter, gradient: Value, options: AdamOptions): Value {
  const { beta1, beta2, epsilon } = options
  const first = moment(e, 'first', parameter)
  const second = moment(e, 'second', parameter)
  const mean = e.add(e.mul(first.value, beta1), e.mul(gradient, 1 - beta1))
  const meanSquare = e.add(e.mul(second.value, beta2), e.mul(e.square(gradient), 1 - beta2))
  e.update(first.name, mean)
  e.update(second.name, meanSquare)
  const deviation = e.sqrt(e.div(meanSquare, e.scalarInput('correction2')))
  return e.div(e.div(mean, e.scalarInput('correction1')), e.add(deviation, epsilon))
}

/** The bias corrections c₁ and c₂. */
export function corrections({ beta1, beta2 }: AdamOptions, step: number): { correction1: number; correction2: number } {
  return { correction1: 1 - beta1 ** step, correction2: 1 - beta2 ** step }
}

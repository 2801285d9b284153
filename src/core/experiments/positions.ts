/**
 * Question 3: does attention need positions? Naming the first of seven letters depends on order alone: a model that knows the letters but
 * not their order reaches 34.2 % by naming the most frequent one (seven draws from eight letters).
 */
import { composeLab } from '../models/compose'
import { embed, judgeSequence, layers } from '../models/parts'
import { above, type Experiment } from './types'

const orderBlind = 0.342

const added = ['none', 'sinusoidal', 'learned'] as const
const inside = ['rope', 'alibi'] as const

const lab = (method: (typeof added)[number], attention: Readonly<Record<string, unknown>> = {}) =>
  composeLab({ task: { kind: 'first-token', params: { length: 8 } }, training: { learningRate: 2e-3 } }, (c) => {
    const x = embed(c, { width: 32, position: { method } })
    const y = layers(c, x, { layers: 2, attention: { heads: 4, ...attention }, feedForward: { hidden: 64 } })
    judgeSequence(c, y, { method: 'last' })
  })

const accuracy = (of: string) => ({ measure: 'accuracy', of }) as const

export const positions: Experiment = {
  id: 'positions',
  questions: [3],
  variations: [
    ...added.map((method) => ({ id: method, lab: lab(method) })),
    ...inside.map((kind) => ({ id: kind, lab: lab('none', { positions: kind }) })),
    { id: 'causal', lab: lab('none', { mask: 'causal' }) },
  ].map((variation) => ({ ...variation, steps: 1000, quickSteps: 300 })),
  measures: ['accuracy', 'loss', 'stepsTo90'],
  plots: [{ kind: 'dots', measure: 'accuracy' }],
  claims: [
    { id: 'blind', rules: [above(orderBlind + 0.05, accuracy('none'))] },
    { id: 'solved', rules: (['sinusoidal', 'learned', 'rope'] as const).map((of) => above(accuracy(of), 0.95)) },
    { id: 'distances', rules: [above(accuracy('alibi'), accuracy('none'), 0.1)] },
    { id: 'leak', rules: [above(accuracy('causal'), accuracy('none'), 0.3)] },
  ],
}

/** Question 11: kinds of concatenation. Two heads of 16 features, joined along the features or end to end. */
import { composeLab } from '../models/compose'
import { embed, judgeSequence } from '../models/parts'
import { LONGEST as length } from '../tasks/sentiment'
import { near, type Experiment } from './types'

const width = 16
const task = { kind: 'sentiment', params: {} }

const lab = (axis: 'feature' | 'token') =>
  composeLab({ task, training: { learningRate: 3e-3 } }, (c) => {
    const x = embed(c, { width })
    const [a, b] = [1, 2].map((head) => c.place(`head-${head}`, 'self-attention', {}, { x }))
    const y = c.place('concat', 'concat', { axis }, { a: a!, b: b! })
    judgeSequence(c, y)
  })

const is = (of: 'feature' | 'token', tokens: number, features: number) => [
  near({ measure: 'concatShape', of, at: 0 }, tokens, 0),
  near({ measure: 'concatShape', of, at: 1 }, features, 0),
]

export const concatenation: Experiment = {
  id: 'concatenation',
  questions: [11],
  variations: (['feature', 'token'] as const).map((axis) => ({ id: axis, lab: lab(axis), steps: 1000, quickSteps: 300 })),
  measures: ['concatShape', 'parameters', 'accuracy'],
  plots: [{ kind: 'sizes', measures: ['concatShape'], of: ['feature', 'token'] }],
  claims: [
    { id: 'feature', rules: is('feature', length, 2 * width) },
    { id: 'token', rules: is('token', 2 * length, width) },
  ],
}

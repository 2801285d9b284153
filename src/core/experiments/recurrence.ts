/**
 * Question 1: why self-attention? Naming the first letter after reading the whole sequence, with attention and recurrent networks of about
 * 4,300 weights, at growing distances. Positions are sinusoidal, because learned ones would add weights with the length.
 */
import { composeLab } from '../models/compose'
import { embed, judgeSequence, layers } from '../models/parts'
import { above, near, type Experiment } from './types'

const lengths = [8, 32, 128] as const
const width = 32
/** The time of a recurrent step grows with the length, so `--quick` takes fewer steps for long sequences. The same for all models. */
const quickSteps = { 8: 500, 32: 300, 128: 150 } as const

/** The largest state that stays within the number of weights. */
const states = { rnn: 51, lstm: 20 } as const
const readers = ['attention', 'rnn', 'lstm'] as const
type Reader = (typeof readers)[number]

const lab = (reader: Reader, length: number) =>
  composeLab({ task: { kind: 'first-token', params: { length } }, training: { learningRate: 3e-3, batchSize: 16 } }, (c) => {
    if (reader === 'attention') {
      const x = embed(c, { width, position: { method: 'sinusoidal' } })
      judgeSequence(c, layers(c, x, { attention: { heads: 4 }, feedForward: null }), { method: 'last' })
    } else {
      const x = embed(c, { width, position: null })
      c.place('recurrent', 'recurrent', { cell: reader, width: states[reader] }, { x })
      c.place('output', 'sequence-classifier', {}, { x: 'recurrent.last' })
    }
  })

const name = (reader: Reader, length: number): string => `${reader}-${length}`
const accuracy = (reader: Reader, length: number) => ({ measure: 'accuracy', of: name(reader, length) }) as const
const reach = (reader: Reader, length: number) => ({ measure: 'firstTokenGradient', of: name(reader, length) }) as const
const flops = (reader: Reader, length: number, times = 1) => ({ measure: 'flops', of: name(reader, length), times }) as const

export const recurrence: Experiment = {
  id: 'recurrence',
  questions: [1],
  variations: readers.flatMap((reader) =>
    lengths.map((length) => ({
      id: name(reader, length),
      lab: lab(reader, length),
      steps: 1000,
      quickSteps: quickSteps[length],
    })),
  ),
  measures: ['parameters', 'accuracy', 'firstTokenGradient', 'flops'],
  plots: [
    {
      kind: 'lines',
      measure: 'accuracy',
      x: { name: 'length', values: lengths },
      lines: Object.fromEntries(readers.map((reader) => [reader, lengths.map((length) => name(reader, length))])),
      logX: true,
    },
    {
      kind: 'lines',
      measure: 'firstTokenGradient',
      x: { name: 'length', values: lengths },
      lines: Object.fromEntries(readers.map((reader) => [reader, lengths.map((length) => name(reader, length))])),
      logX: true,
      logY: true,
    },
  ],
  claims: [
    { id: 'near', rules: readers.map((reader) => above(accuracy(reader, 8), 0.9)) },
    {
      id: 'far',
      rules: [
        above(accuracy('attention', 128), accuracy('rnn', 128), 0.2),
        above(accuracy('attention', 128), accuracy('lstm', 128), 0.2),
      ],
    },
    {
      id: 'gradient',
      rules: [above(reach('attention', 128), reach('rnn', 128)), above(reach('attention', 128), reach('lstm', 128))],
    },
    {
      id: 'cost',
      rules: [above(flops('attention', 128), flops('attention', 32, 6)), near(flops('lstm', 128), flops('lstm', 32, 4), 1e5)],
    },
  ],
}

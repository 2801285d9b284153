/** Question 12: do h heads have h times the parameters? Counted without biases, for width 32. */
import { composeLab } from '../models/compose'
import { embed } from '../models/parts'
import { near, type Experiment } from './types'

const width = 32
const counts = [1, 2, 4, 8]
const widths = ['split', 'full'] as const

const lab = (heads: number, headWidth: (typeof widths)[number]) =>
  composeLab({ task: { kind: 'reverse', params: {} } }, (c) => {
    const x = embed(c, { width })
    c.place('attention', 'multi-head', { heads, headWidth, bias: false }, { x })
    c.place('classifier', 'classifier', {}, { x: 'attention' })
  })

const is = (of: string, parameters: number) => near({ measure: 'attentionParameters', of }, parameters, 0)

export const parameters: Experiment = {
  id: 'parameters',
  questions: [12],
  variations: widths.flatMap((headWidth) =>
    counts.map((heads) => ({ id: `${headWidth}-${heads}`, lab: lab(heads, headWidth), steps: 0, quickSteps: 0 })),
  ),
  measures: ['attentionParameters'],
  plots: [
    {
      kind: 'lines',
      measure: 'attentionParameters',
      x: { name: 'heads', values: counts },
      lines: Object.fromEntries(widths.map((each) => [each, counts.map((heads) => `${each}-${heads}`)])),
    },
  ],
  claims: [
    { id: 'split', rules: counts.map((heads) => is(`split-${heads}`, 4 * width ** 2)) },
    { id: 'full', rules: counts.map((heads) => is(`full-${heads}`, heads * 4 * width ** 2)) },
  ],
}

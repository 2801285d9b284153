/** Question 6: why are scores divided by √d_k? One head as wide as its tokens, whose features have variance 1. */
import { composeLab } from '../models/compose'
import { embed } from '../models/parts'
import { above, near, type Experiment } from './types'

const widths = [4, 16, 64, 256]
const scales = ['root', 'none'] as const
type Scale = (typeof scales)[number]

const lab = (width: number, scale: Scale) =>
  composeLab({ task: { kind: 'reverse', params: { minLength: 8, length: 8 } }, training: { batchSize: 16 } }, (c) => {
    const x = c.place('norm', 'norm', {}, { x: embed(c, { width }) })
    c.place('attention', 'self-attention', { scale }, { x })
    c.place('classifier', 'classifier', {}, { x: 'attention' })
  })

const name = (width: number, scale: Scale): string => `${scale}-${width}`
const at = (
  measure: 'scoreVariance' | 'attentionEntropy' | 'softmaxSlope' | 'stepsTo90',
  width: number,
  scale: Scale,
  times = 1,
) => ({
  measure,
  of: name(width, scale),
  times,
})

export const scaling: Experiment = {
  id: 'scaling',
  questions: [6],
  variations: scales.flatMap((scale) =>
    widths.map((width) => ({ id: name(width, scale), lab: lab(width, scale), steps: 600, quickSteps: 150 })),
  ),
  measures: ['scoreVariance', 'attentionEntropy', 'softmaxSlope', 'queryGradient', 'stepsTo90', 'accuracy', 'accuracyCurve'],
  plots: [
    {
      kind: 'lines',
      measure: 'scoreVariance',
      x: { name: 'width', values: widths },
      lines: Object.fromEntries(scales.map((scale) => [scale, widths.map((width) => name(width, scale))])),
      logX: true,
      logY: true,
    },
    {
      kind: 'lines',
      measure: 'softmaxSlope',
      x: { name: 'width', values: widths },
      lines: Object.fromEntries(scales.map((scale) => [scale, widths.map((width) => name(width, scale))])),
      logX: true,
    },
    { kind: 'curves', measure: 'accuracyCurve', along: 'progress', of: ['root-256', 'none-256'] },
  ],
  claims: [
    {
      id: 'variance',
      rules: [
        above(at('scoreVariance', 256, 'none'), at('scoreVariance', 16, 'none', 8)),
        near(at('scoreVariance', 256, 'root'), at('scoreVariance', 16, 'root'), 0.5),
      ],
    },
    { id: 'entropy', rules: [above(at('attentionEntropy', 256, 'root'), at('attentionEntropy', 256, 'none'), 0.5)] },
    { id: 'gradient', rules: [above(at('softmaxSlope', 256, 'root'), at('softmaxSlope', 256, 'none', 2))] },
    // Both reach 100 % in the end, so the final accuracy would not differ.
    { id: 'training', rules: [above(at('stepsTo90', 256, 'none'), at('stepsTo90', 256, 'root'))] },
  ],
}

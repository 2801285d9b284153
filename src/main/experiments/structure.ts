/** Measures that need no training: sizes and shapes, taken from the programs. */
import { costOf } from '@core/program/cost'
import { sizeOf } from '@core/program/shapes'
import { atStart, type Measure } from './define'
import { inspected, samplesOf, type Subject } from './subject'

/** For one sequence: without the batch axis, and without a head axis of size 1. */
function shapeOf({ training }: Subject, probe: string): readonly number[] {
  const { value, axes } = inspected(training).program.probes.find(({ name, block }) => name === `${block}/${probe}`) ?? {}
  return (value?.shape ?? []).filter((size, axis) => axes?.[axis] !== 'batch' && !(axes?.[axis] === 'head' && size === 1))
}

/** The attention blocks: those with a probe of their attention weights. */
function attentionBlocks({ training }: Subject): ReadonlySet<string> {
  return new Set(
    inspected(training)
      .program.probes.filter(({ name, block }) => name === `${block}/attention`)
      .map(({ block }) => block),
  )
}

const shape = (probe: string): Measure => atStart((subject) => shapeOf(subject, probe))

/** Output shape of the block before the attention block, or of that block itself. */
function around(subject: Subject, side: 'in' | 'out'): readonly number[] {
  const { training } = subject
  const [attention = ''] = attentionBlocks(subject)
  const source = training.model.lab.graph.edges.find(({ to }) => to.node === attention && to.port === 'x')?.from.node
  const output = `${side === 'in' ? source : attention}/output`
  return (
    inspected(training)
      .program.probes.find(({ name }) => name === output)
      ?.value.shape.slice(1) ?? []
  )
}

export const structure = {
  parameters: atStart(({ training }) => training.model.parameters),
  attentionParameters: atStart((subject) => {
    const blocks = attentionBlocks(subject)
    const weights = subject.training.model.weights.filter(({ role, block }) => role === 'weight' && blocks.has(block))
    return weights.reduce((sum, { value }) => sum + sizeOf(value.shape), 0)
  }),
  /** Of the validation batch's forward pass, for one sequence. */
  flops: atStart(({ training }) => costOf(inspected(training).program).flops.total / samplesOf(training)),
  inputShape: atStart((subject) => around(subject, 'in')),
  queriesShape: shape('queries'),
  keysShape: shape('keys'),
  valuesShape: shape('values'),
  scoresShape: shape('scores'),
  attentionShape: shape('attention'),
  outputShape: atStart((subject) => around(subject, 'out')),
  concatShape: atStart(({ training }) => {
    const joined = training.model.lab.graph.nodes.find(({ kind }) => kind === 'concat')?.id
    return (
      inspected(training)
        .program.probes.find(({ name }) => name === `${joined}/output`)
        ?.value.shape.slice(1) ?? []
    )
  }),
}

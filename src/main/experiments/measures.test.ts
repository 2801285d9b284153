/** Measures compared with arithmetic by hand; also, the result of a run depends on its job alone. */
import { describe, expect, it } from 'vitest'
import type { Progress } from '@core/contract/progress'
import { experiments } from '@core/experiments'
import type { MeasureName } from '@core/experiments/measures'
import type { Measured } from '@core/experiments/verdict'
import { composeLab } from '@core/models/compose'
import type { LabDocument } from '@core/lab/document'
import { embed, encoderDecoder, freeze, judgeSequence } from '@core/models/parts'
import { createExecutor } from '../engine/choose'
import { createTraining } from '@engine/training'
import { trainStep } from '@engine/training-step'
import { measuring } from './measures'
import { evaluated } from './subject'
import { jobOf, take, type Job } from './take'

const executor = () => createExecutor('auto', () => undefined)
const training = { batchSize: 8, learningRate: 1e-2 }

const few = { batches: 2, sequences: 16 }

/** The value of a measure for a lab after some steps. */
async function measure(lab: LabDocument, name: MeasureName, steps = 0): Promise<Measured> {
  const training = createTraining(await executor(), lab, null)
  try {
    for (let step = 1; step <= steps; step++) await trainStep(training)
    return await measuring[name].take({ training, curve: [], evaluation: () => evaluated(training, few) })
  } finally {
    training.model.dispose()
  }
}

/** One attention head; zero queries make all scores 0, so that the weights are uniform. */
const head = (params: Readonly<Record<string, unknown>> = {}, length = 8) =>
  composeLab({ task: { kind: 'reverse', params: { minLength: length, length: 8 } }, training }, (c) => {
    c.place('attention', 'self-attention', params, { x: embed(c, { width: 16 }) })
    c.place('classifier', 'classifier', {}, { x: 'attention' })
  })
const even = (length?: number) => head({ initialiser: 'zeros' }, length)

describe('uniform attention', () => {
  it('has scores without variance', async () => expect(await measure(even(), 'scoreVariance')).toBe(0))
  it('has the entropy log n', async () => {
    expect(await measure(even(), 'attentionEntropy')).toBeCloseTo(Math.log(8), 5)
  })
  it('has the softmax slope n · 1/n · (1 − 1/n)', async () =>
    expect(await measure(even(), 'softmaxSlope')).toBeCloseTo(7 / 8, 5))
  it('gives each token 1/n of its weight to itself', async () =>
    expect(await measure(even(), 'diagonalWeight')).toBeCloseTo(1 / 8, 5))
  it('excludes padding: shorter sentences have less entropy', async () => {
    const entropy = (await measure(even(2), 'attentionEntropy')) as number
    expect(entropy).toBeGreaterThan(Math.log(2))
    expect(entropy).toBeLessThan(Math.log(8) - 0.1)
  })
})

describe('gradients', () => {
  it('reach only the first token if only it is pooled, and all equally with mean pooling', async () => {
    const pooled = (method: string) =>
      composeLab({ task: { kind: 'first-token', params: { length: 8 } }, training }, (c) =>
        judgeSequence(c, embed(c, { width: 8 }), { method }),
      )
    expect(await measure(pooled('first'), 'firstTokenGradient')).toBe(1)
    expect(await measure(pooled('last'), 'firstTokenGradient')).toBe(0)
    expect(await measure(pooled('mean'), 'firstTokenGradient')).toBeCloseTo(1 / 8, 5)
  })
  it('of queries are 0 if keys are 0', async () => {
    expect(await measure(head(), 'queryGradient')).toBeGreaterThan(0)
    expect(await measure(even(), 'queryGradient')).toBe(0)
  })
})

describe('query weights', () => {
  const frozen = freeze(head(), ({ kind }) => kind === 'self-attention', ['query'])
  it('change when they are trained', async () => expect(await measure(head(), 'queriesMoved', 5)).toBeGreaterThan(0))
  it('do not change when they are frozen', async () => expect(await measure(frozen, 'queriesMoved', 5)).toBe(0))
})

describe('the gap between training and evaluation', () => {
  const normed = (method: string) =>
    composeLab({ task: { kind: 'reverse', params: {} }, training }, (c) => {
      c.place('norm', 'norm', { method }, { x: embed(c, { width: 8 }) })
      c.place('classifier', 'classifier', {}, { x: 'norm' })
    })
  it('is 0 with layer norm', async () => expect(await measure(normed('layer'), 'modeGap', 3)).toBeCloseTo(0, 6))
  it('is not 0 with batch norm, whose running statistics have not converged', async () => {
    expect(Math.abs((await measure(normed('batch'), 'modeGap', 3)) as number)).toBeGreaterThan(1e-3)
  })
})

it('alignment is a correlation, and NaN without cross-attention', { timeout: 60_000 }, async () => {
  const copying = (reads: boolean) =>
    composeLab({ task: { kind: 'copy', params: { minLength: 4, length: 6 } }, training }, (c) =>
      encoderDecoder(c, { width: 16, reads, feedForward: null }),
    )
  const aligned = (await measure(copying(true), 'alignment')) as number
  expect(Math.abs(aligned)).toBeLessThanOrEqual(1)
  expect(await measure(copying(false), 'alignment')).toBeNaN()
})

it('identical heads have no diversity, and randomly initialised heads have some', async () => {
  const two = (initialiser: string) =>
    composeLab({ task: { kind: 'reverse', params: { minLength: 8, length: 8 } }, training }, (c) => {
      c.place('attention', 'multi-head', { heads: 2, initialiser }, { x: embed(c, { width: 16 }) })
      c.place('classifier', 'classifier', {}, { x: 'attention' })
    })
  expect(await measure(two('zeros'), 'headDiversity')).toBeCloseTo(0, 6)
  const random = (await measure(two('xavier'), 'headDiversity')) as number
  expect(random).toBeGreaterThan(0)
  expect(random).toBeLessThan(1)
  expect(await measure(head(), 'headDiversity')).toBeNaN() // a single head
})

it('probabilities of 0.5 predict all labels up to that threshold, and none above it', async () => {
  const topics = composeLab({ task: { kind: 'topics', params: {} }, training }, (c) =>
    judgeSequence(c, embed(c, { width: 16 }), { output: 'multi-label', params: { initialiser: 'zeros' } }),
  )
  const curve = (await measure(topics, 'thresholdCurve')) as readonly number[]
  expect(curve).toHaveLength(9)
  expect(new Set(curve.slice(0, 5)).size).toBe(1)
  expect(curve.slice(5)).toEqual([0, 0, 0, 0]) // each text has a label
})

describe('one run', () => {
  const { variations, measures } = experiments.find(({ id }) => id === 'weighted-sum')!
  const job = jobOf(variations[0]!, measures, true, 2)
  const run = async (of: Job, onStep: (progress: Progress) => void = () => undefined) => take(await executor(), of, onStep)

  it('gives the same result twice, and another with another seed', { timeout: 60_000 }, async () => {
    const first = await run(job)
    expect(await run(job)).toEqual(first)
    expect(await run({ ...job, seed: 3 })).not.toEqual(first)
    expect(Object.keys(first).sort()).toEqual([...measures].sort())
  })
  it('reports each of its steps, including pretraining', async () => {
    const { variations: tuned } = experiments.find(({ id }) => id === 'fine-tuning')!
    const variation = { ...tuned.find(({ before }) => before)!, quickSteps: 3 }
    const told: Progress[] = []
    await run(jobOf({ ...variation, before: { ...variation.before!, quickSteps: 2 } }, ['accuracy'], true, 1), (each) =>
      told.push(each),
    )
    expect(told).toEqual([1, 2, 3, 4, 5].map((done) => ({ done, of: 5 })))
  })
})

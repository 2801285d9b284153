/** If the vocabulary has every training word, only word dropout trains the unknown token. */
import { beforeAll, describe, expect, it } from 'vitest'
import { composeLab } from '@core/models/compose'
import { embed, layers } from '@core/models/parts'
import type { LabDocument } from '@core/lab/document'
import { treebank } from '@core/tasks/own/testing'
import type { Batch } from '@core/tasks/types'
import { createExecutor } from '../main/engine/choose'
import { batchFeeds } from './feeds'
import { createTraining, type Training } from './training'
import { trainStep } from './training-step'

const data = treebank(400)
const UNKNOWN = 1

function tagger(wordDropout: number | undefined, seed: number): LabDocument {
  const params = wordDropout === undefined ? {} : { wordDropout }
  const training = { steps: 300, batchSize: 32, learningRate: 3e-3, seed, optimiser: { kind: 'adam' } }
  return composeLab({ task: { kind: 'own-tagging', params }, training }, (c) => {
    const x = layers(c, embed(c, { width: 32 }), { attention: { heads: 2 }, feedForward: { width: 64 } })
    c.place('output', 'classifier', {}, { x })
  })
}

const embeddingOf = ({ model }: Training): Float32Array => {
  const name = model.weights.find((state) => state.name.startsWith('embedding/'))!.name
  return Float32Array.from(
    model.states
      .read([name])
      .get(name)!
      .subarray(UNKNOWN * 32, (UNKNOWN + 1) * 32),
  )
}

async function trained(wordDropout: number | undefined, seed: number, steps: number): Promise<Training> {
  const training = createTraining(await createExecutor('auto', () => undefined), tagger(wordDropout, seed), data)
  for (let step = 0; step < steps; step++) await trainStep(training)
  return training
}

interface Judged {
  readonly known: number
  readonly unknown: number
  readonly share: number
}

/** Accuracy on known and unknown validation tokens, and the share of unknown ones. */
async function judged({ model, task }: Training): Promise<Judged> {
  const size = task.spec.validation
  const batch: Batch = task.evaluationBatch(0, size)
  const { program, executable } = model.program('evaluate', { batch: size })
  const predictions = (await executable.run(batchFeeds(program, batch, new Map()), ['predictions'])).get('predictions')!
  const [count, right] = [
    [0, 0],
    [0, 0],
  ]
  batch.mask!.forEach((real, place) => {
    if (real === 0) return
    const group = batch.tokens[place] === UNKNOWN ? 1 : 0
    count[group]!++
    if (predictions[place] === batch.targets[place]) right[group]!++
  })
  return { known: right[0]! / count[0]!, unknown: right[1]! / count[1]!, share: count[1]! / (count[0]! + count[1]!) }
}

describe('the embedding of the unknown token', () => {
  it('keeps its initial value without word dropout, and changes with it', async () => {
    const [none, off, on] = [await trained(undefined, 1, 20), await trained(0, 1, 20), await trained(0.25, 1, 20)]
    const initial = embeddingOf(await trained(undefined, 1, 0))
    expect(embeddingOf(none)).toEqual(initial)
    expect(embeddingOf(off)).toEqual(initial)
    expect(embeddingOf(on)).not.toEqual(initial)
  })
})

describe('validation accuracy on a treebank, over three seeds', () => {
  const figures: { readonly off: Judged; readonly on: Judged }[] = []
  const mean = (of: (each: (typeof figures)[number]) => number): number =>
    figures.reduce((sum, each) => sum + of(each), 0) / figures.length
  beforeAll(async () => {
    for (const seed of [1, 2, 3]) {
      figures.push({ off: await judged(await trained(0, seed, 300)), on: await judged(await trained(0.25, seed, 300)) })
    }
  }, 120_000)

  it('has about as many unknown tokens as a real treebank', () => {
    expect(mean(({ on }) => on.share)).toBeCloseTo(0.19, 1)
  })
  it('improves on unknown words, and loses nothing on known ones', () => {
    expect(mean(({ on }) => on.unknown)).toBeGreaterThan(mean(({ off }) => off.unknown))
    expect(mean(({ on }) => on.known)).toBeGreaterThan(mean(({ off }) => off.known) - 0.01)
  })
})

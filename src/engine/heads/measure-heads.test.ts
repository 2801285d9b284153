/** Every head of a model is scored, on both engines, whatever the task; what is not defined says why. */
import { engines } from '@core/contract/engine'
import { newAbort } from '@core/contract/cancel'
import type { HeadReport } from '@core/contract/heads'
import type { Progress } from '@core/contract/progress'
import { readyGroups } from '@core/graph/ready-groups'
import { firstModel, lab } from '@core/graph/testing'
import { headScoreNames } from '@core/heads/scores'
import type { LabDocument } from '@core/lab/document'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createExecutor } from '../../main/engine/choose'
import { assess } from '../assess'
import { quick } from '../evaluation'
import type { Executor } from '../executor'
import { dateLab } from '../testing/decoders'
import { dropoutLab } from '../testing/trainers'
import { createTraining, hashStates, type Training } from '../training'
import { trainStep } from '../training-step'
import { nodeSurroundings } from '../../main/engine/surroundings'
import { measureHeads } from './measure-heads'

const sumOfNumbers: LabDocument = {
  ...lab(
    ['numbers', ['linear', { width: 8 }], 'self-attention', 'pool', 'regression'],
    ['numbers.y > linear.x', 'linear.y > self-attention.x', 'self-attention.y > pool.x', 'pool.y > regression.x'],
  ),
  task: { kind: 'adding', params: {} },
}
/** Attends to the first half of the tokens only. */
const halfLab: LabDocument = {
  ...lab(
    [
      'tokens',
      ['embedding', { width: 8 }],
      ['slice', { axis: 'token', size: 4 }],
      'multi-head',
      ['concat', { axis: 'token' }],
      'classifier',
    ],
    [
      'tokens.ids > embedding.ids',
      'embedding.y > slice.x',
      'slice.y > multi-head.x',
      'multi-head.y > concat.a',
      'slice.y > concat.b',
      'concat.y > classifier.x',
    ],
  ),
  task: { kind: 'induction', params: { length: 8, symbols: 8 } },
}
/** Two repetitions of a Transformer block with two heads. */
const stacked: LabDocument = {
  ...halfLab,
  graph: {
    nodes: [
      ...halfLab.graph.nodes.filter(({ kind }) => ['tokens', 'embedding', 'classifier'].includes(kind)),
      {
        ...{ id: 'stack', kind: 'group', position: { x: 0, y: 0 } },
        params: { group: 'transformer-block', repeat: 2, heads: 2 },
      },
    ],
    edges: [
      { from: { node: 'tokens', port: 'ids' }, to: { node: 'embedding', port: 'ids' } },
      { from: { node: 'embedding', port: 'y' }, to: { node: 'stack', port: 'x' } },
      { from: { node: 'stack', port: 'y' }, to: { node: 'classifier', port: 'x' } },
    ],
    groups: readyGroups,
  },
}
const withoutAttention = lab(
  ['tokens', 'embedding', 'classifier'],
  ['tokens.ids > embedding.ids', 'embedding.y > classifier.x'],
)

describe.each(engines)('%s', (engine) => {
  let executor: Executor
  beforeAll(async () => {
    executor = await createExecutor(engine, () => undefined)
  })
  const made: Training[] = []
  afterEach(() => made.splice(0).forEach(({ model }) => model.dispose()))
  async function trained(document: LabDocument, steps = 3): Promise<Training> {
    const training = createTraining(executor, document, null)
    made.push(training)
    for (let step = 1; step <= steps; step++) await trainStep(training)
    return training
  }
  const report = async (document: LabDocument): Promise<HeadReport> => measureHeads(await trained(document))

  test('all scores of a padded task are numbers within their bounds, and nothing is changed', async () => {
    const training = await trained(dropoutLab(), 20)
    const before = hashStates(training, nodeSurroundings)
    const { step, samples, evaluated, heads } = await measureHeads(training)
    expect(hashStates(training, nodeSurroundings)).toBe(before)
    expect([step, samples, evaluated]).toEqual([20, 256, training.task.spec.validation])
    expect(heads.map(({ block, head }) => [block, head])).toEqual([
      ['multi-head', 0],
      ['multi-head', 1],
    ])
    for (const { scores } of heads) {
      expect(Object.keys(scores)).toEqual(headScoreNames)
      const { entropy, self, first, previous, induction, duplicate, copying, diversity } = scores
      for (const share of [self, first, previous, induction, duplicate]) {
        expect(share).toBeGreaterThan(0)
        expect(share).toBeLessThan(1)
      }
      expect(entropy).toBeGreaterThan(0)
      expect(entropy).toBeLessThan(Math.log(training.model.signature.length))
      expect(copying).toBe('no-logits') // behind the feed-forward network, without a residual connection
      expect(diversity).toBeGreaterThan(0)
      expect(diversity).toBeLessThan(Math.log(2))
    }
  })

  test('importance is what muting the head changes', async () => {
    const training = await trained(dropoutLab({ learningRate: 0.02 }), 60)
    const { heads } = await measureHeads(training)
    for (const { head, scores } of heads) {
      const mutes = { 'multi-head/heads': [0, 1].map((each) => Number(each !== head)) }
      const { plain, changed } = await assess(training, mutes, { extent: quick })
      expect(scores.importance).toBe(changed.loss - plain.loss)
      expect(scores.accuracyDrop).toBe(plain.metrics['accuracy']! - changed.metrics['accuracy']!)
      expect(scores.importance).not.toBe(0)
    }
  })

  test('without muting, the other scores are the same numbers', async () => {
    const training = await trained(dropoutLab({ learningRate: 0.02 }), 20)
    const whole = await measureHeads(training)
    const { heads, evaluated } = await measureHeads(training, { muting: false })
    expect(evaluated).toBe(0)
    expect(heads).toEqual(
      whole.heads.map(({ scores, ...head }) => ({
        ...head,
        scores: { ...scores, importance: 'left-out', accuracyDrop: 'left-out' },
      })),
    )
  })

  test('an encoder–decoder: cross attention has no positions in common, but is compared with the other heads', async () => {
    const { heads } = await report(dateLab())
    expect(heads.map(({ block }) => block)).toEqual(['multi-head', 'multi-head', 'cross-attention', 'cross-attention'])
    for (const { block, scores } of heads) {
      const { entropy, distance, self, first, previous, induction, duplicate, importance, diversity } = scores
      for (const value of [entropy, first, importance, diversity]) expect(value).toBeTypeOf('number')
      for (const value of [distance, self, previous, induction, duplicate]) {
        if (block === 'multi-head') expect(value).toBeTypeOf('number')
        else expect(value).toBe('other-sequence')
      }
    }
  })

  test('one head has no diversity; scores on random tokens need a task that reads tokens alone', async () => {
    const { heads } = await report(sumOfNumbers)
    expect(heads).toHaveLength(1)
    expect(heads[0]!.scores).toMatchObject({
      diversity: 'one-head',
      induction: 'reads-numbers',
      duplicate: 'reads-numbers',
      copying: 'no-embedding',
    })
    expect(heads[0]!.scores.entropy).toBeTypeOf('number')
    expect(heads[0]!.scores.accuracyDrop).toBeTypeOf('number')
  })

  test('attention to a part of the sequence is not compared with the tokens', async () => {
    const { heads } = await report(halfLab)
    expect(heads[0]!.scores).toMatchObject({ entropy: 'other-sequence', induction: 'other-sequence' })
    expect(heads[0]!.scores.importance).toBeTypeOf('number')
  })

  test('a model without heads has none', async () => {
    const { heads, samples } = await report(withoutAttention)
    expect([heads, samples]).toEqual([[], 0])
  })

  test('groups: each head of each repetition', async () => {
    const { heads } = await report(stacked)
    expect(heads.map(({ block, head }) => `${block} ${head}`)).toEqual([
      ...['stack.1.attention 0', 'stack.1.attention 1', 'stack.2.attention 0', 'stack.2.attention 1'],
    ])
    for (const { scores } of heads) expect(scores.copying).toBeTypeOf('number')
  })

  test('weights that are not finite give NaN, which is no absence', async () => {
    const training = await trained(firstModel())
    training.model.states.write(
      new Map([['embedding/table', new Float32Array(training.model.signature.vocabulary * 8).fill(NaN)]]),
    )
    const { heads } = await measureHeads(training)
    expect(heads[0]!.scores).toMatchObject({ entropy: NaN, self: NaN, importance: NaN, copying: 'no-logits' })
  })

  test('reports its progress up to the end', async () => {
    const parts: Progress[] = []
    await measureHeads(await trained(firstModel()), { onProgress: (part) => parts.push(part) })
    const { of } = parts[0]!
    expect(parts.map(({ done }) => done)).toEqual(Array.from({ length: of }, (_, index) => index + 1))
    expect(new Set(parts.map((part) => part.of)).size).toBe(1)
  })

  test('can be cancelled', async () => {
    const abort = newAbort()
    let turns = 0
    const turn = async () => {
      if (++turns === 3) abort.abort()
    }
    await expect(measureHeads(await trained(firstModel()), { signal: abort.signal, turn })).rejects.toMatchObject({
      code: 'cancelled',
    })
    expect(turns).toBe(3)
  })
})

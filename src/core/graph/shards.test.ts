/**
 * Programs for a batch in shards, in float64: for every block with every choice of its settings, the gradients of the shards add up to those of
 * the batch, or the lab is refused; and the update from their sum is that of the whole step.
 */
import { describe, expect, test } from 'vitest'
import { cases, feedsOf, modelWith, signatureFor, weightsOf } from '../blocks/testing'
import type { LabDocument } from '../lab/document'
import { training as settings } from '../lab/document'
import { interpret } from '../program/reference'
import { sameShape, sizeOf } from '../program/shapes'
import type { Program } from '../program/types'
import { analyse } from './analyse'
import { compile } from './compile'
import { firstModel, fullSignature } from './testing'

const divided = (document: LabDocument, shards: number): LabDocument => ({
  ...document,
  training: settings.parse({ ...document.training, shards, clipNorm: 0.5, optimiser: { kind: 'sgd', weightDecay: 0.1 } }),
})

type Feeds = ReturnType<typeof feedsOf>

/** The rows of one sequence of the batch. */
function rowsOf(index: number, whole: Program, part: Program, feeds: Feeds): Feeds {
  const shapes = new Map(whole.inputs.map(({ name, value }) => [name, value.shape]))
  return Object.fromEntries(
    part.inputs.map(({ name, value: { shape } }) => {
      const size = sizeOf(shape)
      const all = feeds[name]!
      return [name, sameShape(shapes.get(name)!, shape) ? all : all.slice(index * size, (index + 1) * size)]
    }),
  )
}

const mixing = (kind: string, { method }: Readonly<Record<string, unknown>>): boolean => kind === 'norm' && method === 'batch'

test.each(cases.filter(([kind, own]) => !mixing(kind, own)))('%s %j: sequences do not depend on each other', (kind, own) => {
  const document = divided(modelWith(kind, own), 2)
  const signature = signatureFor(kind, true)
  const whole = compile(document, signature, { mode: 'train', gradients: true })
  const part = compile(document, signature, { mode: 'train', batch: 1, shard: 'gradients' })
  const update = compile(document, signature, { mode: 'train', shard: 'update' })
  const feeds = feedsOf(whole)
  const states = weightsOf(whole.states)
  const expected = interpret(whole, feeds, states)

  expect(part.updates.size).toBe(0)
  const results = [0, 1].map((index) => interpret(part, rowsOf(index, whole, part, feeds), states))
  const total = (name: string): Float64Array =>
    results.map((each) => each.get(name)!).reduce((sum, each) => sum.map((x, i) => x + each[i]!))
  const gradients = Float32Array.from(total('gradients'))
  const counted = total('metric/loss/count')
  for (const name of ['metric/loss/sum', 'metric/loss/count', 'metric/accuracy/sum']) {
    expect(total(name)[0]).toBeCloseTo(expected.get(name)![0]!, 10)
  }
  const after = interpret(update, { ...feeds, gradients, counted: Float32Array.from(counted) }, states)
  expect([...update.updates.keys()]).toEqual([...whole.updates.keys()])
  for (const name of ['gradientNorm', ...Array.from(whole.updates.keys(), (state) => `update/${state}`)]) {
    const values = expected.get(name)!
    const ours = after.get(name)!
    expect(ours, name).toHaveLength(values.length)
    values.forEach((value, i) => expect(Math.abs(ours[i]! - value), name).toBeLessThan(1e-5 * Math.max(1, Math.abs(value))))
  }
})

test('a model whose weights are all frozen has nothing to update', () => {
  const { graph, ...rest } = firstModel()
  const frozen = { ...rest, graph: { ...graph, nodes: graph.nodes.map((node) => ({ ...node, frozen: true })) } }
  const part = compile(divided(frozen, 2), fullSignature('tokens'), { mode: 'train', batch: 1, shard: 'gradients' })
  expect(part.outputs.get('gradients')!.shape).toEqual([1])
  expect(compile(divided(frozen, 2), fullSignature('tokens'), { mode: 'train', shard: 'update' }).inputs).toEqual([])
})

describe('what cannot be divided is refused', () => {
  test('a batch with fewer sequences than shards', () => {
    const document = divided(firstModel(), 5)
    const problem = { code: 'graph.too-many-shards', params: { shards: 5, batchSize: document.training.batchSize } }
    expect(analyse(document, fullSignature('tokens')).problems).toMatchObject([problem])
  })
  test('batch norm, whose statistics are those of the whole batch', () => {
    const document = divided(modelWith('norm', { method: 'batch' }), 2)
    const problem = { code: 'graph.mixes-sequences', params: { node: 'norm', shards: 2 } }
    expect(analyse(document, signatureFor('norm', true)).problems).toMatchObject([{ ...problem, node: 'norm' }])
    const compiling = () => compile(document, signatureFor('norm', true), { mode: 'train', shard: 'update' })
    expect(compiling).toThrow(expect.objectContaining(problem))
  })
})

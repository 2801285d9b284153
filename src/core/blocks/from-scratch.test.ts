/** Attention assembled from elementary blocks equals the attention block: same outputs and gradients for the same weights. */
import { describe, expect, it } from 'vitest'
import { compile } from '../graph/compile'
import { fullSignature, lab } from '../graph/testing'
import type { LabDocument } from '../lab/document'
import { interpret } from '../program/reference'
import { feedsOf, weightsOf } from './testing'

const training = { batchSize: 2, learningRate: 1, clipNorm: null, optimiser: { kind: 'sgd', momentum: 0 } }
const WIDTH = 4
const around = ['tokens', ['embedding', { width: WIDTH }], ['position', { method: 'learned' }], 'classifier'] as const
const wires = ['tokens.ids > embedding.ids', 'embedding.y > position.x']

const block = (mask: string): LabDocument =>
  lab(
    [...around, ['self-attention', { mask }]],
    [...wires, 'position.y > self-attention.x', 'self-attention.y > classifier.x'],
    training,
  )

const fromScratch = (mask: string): LabDocument =>
  lab(
    [
      ...around,
      ...['query', 'key', 'value'].map((id) => [`linear as ${id}`, { width: WIDTH }] as const),
      'dot-products',
      ['scale', { factor: 1 / Math.sqrt(WIDTH) }],
      ['softmax', { mask }],
      'weighted-sum',
    ],
    [
      ...wires,
      ...['query', 'key', 'value'].map((id) => `position.y > ${id}.x`),
      'query.y > dot-products.queries',
      'key.y > dot-products.keys',
      'dot-products.scores > scale.x',
      'scale.y > softmax.scores',
      'softmax.weights > weighted-sum.weights',
      'value.y > weighted-sum.values',
      'weighted-sum.y > classifier.x',
    ],
    training,
  )

/** `query/weight` corresponds to `self-attention/query`, `query/weight-bias` to `self-attention/query-bias`. */
const theirName = (name: string): string => name.replace(/^(query|key|value)\/weight/, 'self-attention/$1')

describe.each([true, false])('padding: %s', (padded) => {
  it.each(['none', 'causal', 'without-diagonal', 'window'])('mask %s: same loss and gradients', (mask) => {
    const signature = { ...fullSignature('tokens'), padded }
    const [own, theirs] = [fromScratch(mask), block(mask)].map((document) => compile(document, signature, { mode: 'train' }))
    if (!own || !theirs) throw new Error('nothing compiled')
    const weights = weightsOf(theirs.states)
    const renamed = Object.fromEntries(own.states.map(({ name }) => [name, weights[theirName(name)]!]))
    const expected = interpret(theirs, feedsOf(theirs), weights)
    const actual = interpret(own, feedsOf(own), renamed)
    expect(actual.get('loss')?.[0]).toBeCloseTo(expected.get('loss')?.[0] ?? NaN, 12)
    expect(own.states.map(({ name }) => theirName(name)).sort()).toEqual(theirs.states.map(({ name }) => name).sort())
    for (const { name } of own.states) {
      const theirValues = expected.get(`update/${theirName(name)}`)!
      const values = actual.get(`update/${name}`)!
      expect(values).toHaveLength(theirValues.length)
      values.forEach((value, i) => expect(value, `${name}[${i}]`).toBeCloseTo(theirValues[i]!, 12))
    }
  })
})

it('a head is a slice of the features, and heads are concatenated along them', () => {
  const heads = [0, 1]
  const document = lab(
    [
      ...around,
      ...['query', 'key', 'value', 'output'].map((id) => [`linear as ${id}`, { width: WIDTH }] as const),
      ...heads.flatMap((head) => [
        ...['query', 'key', 'value'].map((id) => [`slice as ${id}-${head}`, { start: 2 * head, size: 2 }] as const),
        `dot-products as scores-${head}`,
        [`scale as scale-${head}`, { factor: 1 / Math.sqrt(2) }] as const,
        `softmax as softmax-${head}`,
        `weighted-sum as head-${head}`,
      ]),
      'concat',
    ],
    [
      ...wires,
      ...['query', 'key', 'value'].map((id) => `position.y > ${id}.x`),
      ...heads.flatMap((head) => [
        ...['query', 'key', 'value'].map((id) => `${id}.y > ${id}-${head}.x`),
        `query-${head}.y > scores-${head}.queries`,
        `key-${head}.y > scores-${head}.keys`,
        `scores-${head}.scores > scale-${head}.x`,
        `scale-${head}.y > softmax-${head}.scores`,
        `softmax-${head}.weights > head-${head}.weights`,
        `value-${head}.y > head-${head}.values`,
        `head-${head}.y > concat.${head === 0 ? 'a' : 'b'}`,
      ]),
      'concat.y > output.x',
      'output.y > classifier.x',
    ],
    training,
  )
  const multiHead = lab(
    [...around, ['multi-head', { heads: 2 }]],
    [...wires, 'position.y > multi-head.x', 'multi-head.y > classifier.x'],
    training,
  )
  const name = (own: string) => own.replace(/^(query|key|value|output)\/weight/, 'multi-head/$1')
  const [own, theirs] = [document, multiHead].map((each) => compile(each, fullSignature('tokens'), { mode: 'infer' }))
  if (!own || !theirs) throw new Error('nothing compiled')
  const weights = weightsOf(theirs.states)
  const renamed = Object.fromEntries(own.states.map((state) => [state.name, weights[name(state.name)]!]))
  const expected = interpret(theirs, feedsOf(theirs), weights).get('logits')!
  const actual = interpret(own, feedsOf(own), renamed).get('logits')!
  expect(actual).toHaveLength(expected.length)
  const [length, classes] = [6, 5]
  // The first sequence has four real tokens, the second six; outputs at padding do not matter.
  const real = (i: number) => Math.floor(i / (length * classes)) === 1 || Math.floor((i % (length * classes)) / classes) < 4
  actual.forEach((value, i) => real(i) && expect(value, String(i)).toBeCloseTo(expected[i]!, 12))
})

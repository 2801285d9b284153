/** Attention beyond its numbers (see `pytorch.test.ts`): fully masked queries, incremental decoding, and invalid settings. */
import { describe, expect, it } from 'vitest'
import { analyse } from '../../graph/analyse'
import { compile } from '../../graph/compile'
import { lab, signature } from '../../graph/testing'
import type { LabDocument } from '../../lab/document'
import { interpret } from '../../program/reference'
import type { Signature } from '../../signature'
import { weightsOf, type Settings } from '../testing'

const model = (kind: string, settings: Settings, width = 8): LabDocument =>
  lab(
    ['tokens', ['embedding', { width }], [`${kind} as attention`, settings], 'classifier'],
    ['tokens.ids > embedding.ids', 'embedding.y > attention.x', 'attention.y > classifier.x'],
    { clipNorm: null, optimiser: { kind: 'sgd', momentum: 0 } },
  )

describe('incremental decoding with cached keys and values', () => {
  const asked: Signature = { ...signature, length: 7, padded: false, causal: true }
  const ids = [1, 4, 2, 2, 3, 1, 4]
  const causal = { heads: 4, mask: 'causal' }
  const identity = ids.map((_, query) => ids.map((__, key) => Number(query === key)).join(' '))

  it.each<[Settings]>([
    [causal],
    [{ heads: 4, mask: 'causal-window', window: 2 }],
    [{ ...causal, positions: 'rope' }],
    [{ ...causal, positions: 'alibi' }],
    [{ heads: 4, mask: 'causal-window', window: 3, positions: 'alibi', normaliser: 'relu' }],
    [{ ...causal, keyValueHeads: 1, positions: 'rope' }],
    [{ ...causal, maps: [{ head: 2, rows: identity }] }],
    [{ ...causal, keyValueHeads: 2, valueWidth: 3, keyWidth: 6 }],
    [{ ...causal, score: 'additive', normaliser: 'sparsemax' }],
    [{ ...causal, score: 'bilinear', normaliser: 'sigmoid' }],
    [{ ...causal, score: 'cosine', normaliser: 'relu-renormalised', scale: 'number', factor: 5 }],
    [{ ...causal, score: 'distance', merge: 'mean', headWidth: 'full' }],
  ])('matches the full forward pass: %j', (settings) => {
    const document = model('multi-head', settings)
    const [infer, read, generate] = (['infer', 'read', 'generate'] as const).map((mode) =>
      compile(document, asked, { mode, batch: 1, gated: false }),
    )
    const weights = weightsOf(infer!.states)
    const classes = asked.classes
    const whole = interpret(infer!, { tokens: ids }, weights).get('logits')!

    const caches = read!.states.filter(({ role }) => role === 'buffer').map(({ name }) => name)
    expect(caches).toHaveLength(2)
    const known = 3
    const begun = ids.map((id, place) => (place < known ? id : 0))
    const empty = Object.fromEntries(read!.states.map(({ name, value }) => [name, new Float64Array(value.shape[0]!)]))
    let results = interpret(read!, { tokens: begun }, { ...empty, ...weights })
    for (let place = known; place < ids.length; place++) {
      const kept = Object.fromEntries(caches.map((name) => [name, results.get(`update/${name}`)!]))
      results = interpret(generate!, { tokens: [ids[place]!], place: [place] }, { ...weights, ...kept })
      results
        .get('logits')!
        .forEach((logit, id) => expect(logit, `place ${place}`).toBeCloseTo(whole[place * classes + id]!, 10))
    }
  })

  it.each(['none', 'without-diagonal', 'window'])('is refused for the mask %s, which is not causal', (mask) => {
    const generate = () => compile(model('multi-head', { mask }), asked, { mode: 'generate', batch: 1 })
    expect(generate).toThrow(expect.objectContaining({ code: 'graph.not-causal' }))
  })
})

describe('a query without visible keys', () => {
  const asked: Signature = { ...signature, length: 3 }
  const tokens = [1, 0, 0, /**/ 2, 3, 0]
  const mask = [1, 0, 0, /**/ 1, 1, 0]

  it.each(['softmax', 'relu', 'relu-renormalised', 'sigmoid', 'sparsemax'])(
    'gives zeros and no gradient with %s',
    (normaliser) => {
      const document = model('self-attention', { mask: 'without-diagonal', normaliser })
      const inspect = compile(document, asked, { mode: 'inspect', batch: 2, gated: false })
      const seen = interpret(inspect, { tokens, mask }, weightsOf(inspect.states))
      expect(
        seen
          .get('probe/attention/attention')!
          .slice(0, 3)
          .every((weight) => weight === 0),
      ).toBe(true)
      expect(
        seen
          .get('probe/attention/output')!
          .slice(0, 8)
          .every((value) => value === 0),
      ).toBe(true)

      const train = compile(document, asked, { mode: 'train', batch: 1 })
      const weights = weightsOf(train.states)
      const data = { tokens: tokens.slice(0, 3), mask: mask.slice(0, 3), targets: [1, 0, 0], learningRate: [0.1] }
      const stepped = interpret(train, data, weights)
      expect(stepped.get('loss')![0]).toBeGreaterThan(0)
      for (const values of stepped.values()) expect(values.every(Number.isFinite)).toBe(true)
      // From zeros, only the classifier's bias gets a gradient.
      expect(stepped.get('gradientNorm')![0]).toBeCloseTo(
        biasNorm(stepped.get('loss')![0]!, weights['classifier/weight-bias']!),
        10,
      )
    },
  )

  /** ‖softmax(bias) − onehot(1)‖, after checking that the loss is that of the bias alone. */
  function biasNorm(loss: number, bias: Float32Array): number {
    const total = bias.reduce((sum, value) => sum + Math.exp(value), 0)
    const probabilities = Array.from(bias, (value) => Math.exp(value) / total)
    expect(loss).toBeCloseTo(-Math.log(probabilities[1]!), 10)
    return Math.hypot(...probabilities.map((p, id) => p - Number(id === 1)))
  }
})

describe('invalid settings', () => {
  const problemOf = (kind: string, settings: Settings, width = 8) => {
    const [problem] = analyse(model(kind, settings, width), signature).problems
    return problem && [problem.code, problem.repair?.edit]
  }
  const set = (node: string, param: string, value: number) => ({ type: 'setParam', node, param, value })

  it.each([
    ['multi-head', { heads: 3 }, 'graph.width-not-divisible', set('embedding', 'width', 9)],
    ['multi-head', { heads: 3, keyWidth: 2 }, 'graph.width-not-divisible', set('embedding', 'width', 9)],
    ['multi-head', { heads: 4, keyValueHeads: 3 }, 'graph.heads-not-divisible', set('attention', 'keyValueHeads', 2)],
    ['multi-head', { heads: 4, keyValueHeads: 9 }, 'graph.heads-not-divisible', set('attention', 'keyValueHeads', 4)],
    ['multi-head', { heads: 8, positions: 'rope' }, 'graph.odd-key-width', set('attention', 'keyWidth', 2)],
    ['self-attention', { keyWidth: 5, positions: 'rope' }, 'graph.odd-key-width', set('attention', 'keyWidth', 6)],
  ])('%s %j: %s, with a repair', (kind, settings, code, edit) => {
    expect(problemOf(kind, settings)).toEqual([code, edit])
  })

  it.each<[string, Settings, number]>([
    ['multi-head', { heads: 3, keyWidth: 2, valueWidth: 3 }, 8],
    ['multi-head', { heads: 3, headWidth: 'full' }, 8],
    ['multi-head', { heads: 4, keyValueHeads: 2, positions: 'rope' }, 8],
    ['self-attention', { positions: 'rope' }, 6],
  ])('%s %j is valid', (kind, settings, width) => {
    expect(problemOf(kind, settings, width)).toBeUndefined()
  })
})

describe('parameters', () => {
  const count = (settings: Settings) => analyse(model('multi-head', settings), signature).nodes['attention']?.parameters
  it.each([1, 2, 4, 8])('are 4d² for any number of heads that split the width: %i', (heads) => {
    expect(count({ heads, bias: false })).toBe(4 * 64)
  })
  it.each([1, 2, 4, 8])('grow with the number of heads of full width: %i', (heads) => {
    expect(count({ heads, bias: false, headWidth: 'full' })).toBe(4 * 64 * heads)
  })
  it('are fewer if heads share keys and values', () => {
    expect(count({ heads: 4, keyValueHeads: 1, bias: false })).toBe(64 + 2 * 8 * 2 + 64)
  })
})

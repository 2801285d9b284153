/** Compatibility of blocks: vectors and scores in place of features, joined and sliced sequences with their padding, and refusals. */
import { describe, expect, it } from 'vitest'
import { analyse } from '../graph/analyse'
import { compile } from '../graph/compile'
import { fullSignature, lab } from '../graph/testing'
import type { LabDocument } from '../lab/document'
import { interpret } from '../program/reference'
import type { Aim, Signature } from '../signature'
import { feedsOf, weightsOf } from './testing'

type Nodes = Parameters<typeof lab>[0]
const start: Nodes = ['tokens', ['embedding', { width: 4 }]]
const begin = ['tokens.ids > embedding.ids']
const source: Nodes = [
  ['tokens as source', { sequence: 'source' }],
  ['embedding as memory', { width: 4 }],
]
const model = (nodes: Nodes, wires: readonly string[]): LabDocument =>
  lab([...start, ...nodes], [...begin, ...wires], { batchSize: 2 })
const problemsOf = (document: LabDocument, signature: Signature) => analyse(document, signature).problems
const codes = (document: LabDocument, aim: Aim = 'tokens') => problemsOf(document, fullSignature(aim)).map(({ code }) => code)

describe('elementwise blocks', () => {
  it('accept a vector and return one', () => {
    const document = model(
      [
        'pool',
        'linear',
        'norm',
        ['feed-forward', { hidden: 3 }],
        'activation',
        'scale',
        'dropout',
        'add',
        'multiply',
        'concat',
        'slice',
        'sequence-classifier',
      ],
      [
        'embedding.y > pool.x',
        'pool.y > linear.x',
        'linear.y > norm.x',
        'norm.y > feed-forward.x',
        'feed-forward.y > activation.x',
        'activation.y > scale.x',
        'scale.y > dropout.x',
        'dropout.y > add.a',
        'linear.y > add.b',
        'add.y > multiply.a',
        'linear.y > multiply.b',
        'multiply.y > concat.a',
        'pool.y > concat.b',
        'concat.y > slice.x',
        'slice.y > sequence-classifier.x',
      ],
    )
    const { problems, nodes } = analyse(document, fullSignature('sequence'))
    expect(problems).toEqual([])
    expect(nodes.add?.outputs.y).toEqual({ axes: ['batch', 'feature'], shape: [2, 32] })
    expect(nodes.concat?.outputs.y).toEqual({ axes: ['batch', 'feature'], shape: [2, 36] })
  })

  it('batch norm of vectors keeps running statistics', () => {
    const document = model(
      ['pool', ['norm', { method: 'batch' }], 'sequence-classifier'],
      ['embedding.y > pool.x', 'pool.y > norm.x', 'norm.y > sequence-classifier.x'],
    )
    const program = compile(document, fullSignature('sequence'), { mode: 'train' })
    expect(program.updates.has('norm/running-variance')).toBe(true)
  })

  it('accept scores and keep padding masked', () => {
    const document = model(
      ['dot-products', 'scale', ['activation', { activation: 'sigmoid' }], 'weighted-sum', 'classifier'],
      [
        'embedding.y > dot-products.queries',
        'embedding.y > dot-products.keys',
        'dot-products.scores > scale.x',
        'scale.y > activation.x',
        'activation.y > weighted-sum.weights',
        'embedding.y > weighted-sum.values',
        'weighted-sum.y > classifier.x',
      ],
    )
    const logits = (tokens: readonly number[]) => {
      const program = compile(document, { ...fullSignature('tokens'), length: tokens.length }, { mode: 'infer', batch: 1 })
      const feeds = { ...feedsOf(program), tokens, mask: tokens.map((id) => Number(id > 0)) }
      return interpret(program, feeds, weightsOf(program.states)).get('logits')!
    }
    const [short, long] = [logits([1, 2, 3]), logits([1, 2, 3, 0, 0])]
    expect(short).toHaveLength(15)
    short.forEach((value, i) => expect(value).toBeCloseTo(long[i]!, 12))
  })

  it('refuse to mix features and scores', () => {
    const document = model(
      ['dot-products', 'add', 'classifier'],
      [
        'embedding.y > dot-products.queries',
        'embedding.y > dot-products.keys',
        'embedding.y > add.a',
        'dot-products.scores > add.b',
        'add.y > classifier.x',
      ],
    )
    expect(codes(document)).toEqual(['graph.wrong-axes'])
  })
})

describe('joined and sliced sequences', () => {
  const pooled = (nodes: Nodes, wires: readonly string[], method: string) =>
    model([...nodes, ['pool', { method }], 'sequence-classifier'], [...wires, 'pool.y > sequence-classifier.x'])
  const values = (document: LabDocument, node: string) => {
    const program = compile(document, fullSignature('sequence'), { mode: 'inspect' })
    return interpret(program, feedsOf(program), weightsOf(program.states)).get(`probe/${node}/output`)!
  }
  const wires = ['source.ids > memory.ids', 'embedding.y > concat.a', 'memory.y > concat.b', 'concat.y > pool.x']

  it('keep their own padding: the mean is over all real tokens of both', () => {
    const document = pooled([...source, ['concat', { axis: 'token' }]], wires, 'mean')
    const [tokens, memory, mean] = ['embedding', 'memory', 'pool'].map((node) => values(document, node))
    // The first sequence has 4 real tokens of 6, its source 3 of 5.
    for (let feature = 0; feature < 4; feature++) {
      const real = [...[0, 1, 2, 3].map((t) => tokens![t * 4 + feature]!), ...[0, 1, 2].map((t) => memory![t * 4 + feature]!)]
      expect(mean![feature]).toBeCloseTo(real.reduce((sum, x) => sum + x, 0) / 7, 10)
    }
  })

  it('have as last token the last real one of the second', () => {
    const document = pooled([...source, ['concat', { axis: 'token' }]], wires, 'last')
    const [memory, last] = ['memory', 'pool'].map((node) => values(document, node))
    for (let feature = 0; feature < 4; feature++) expect(last![feature]).toBeCloseTo(memory![2 * 4 + feature]!, 10)
  })

  it('a slice keeps its tokens and their padding', () => {
    const document = pooled(
      [['slice', { axis: 'token', start: 3, size: 2 }]],
      ['embedding.y > slice.x', 'slice.y > pool.x'],
      'mean',
    )
    const [tokens, mean] = ['embedding', 'pool'].map((node) => values(document, node))
    // Of positions 3 and 4, only the first is real in the first sequence.
    for (let feature = 0; feature < 4; feature++) expect(mean![feature]).toBeCloseTo(tokens![3 * 4 + feature]!, 10)
  })

  it('joined along features, a token is real where both are', () => {
    const document = model(
      ['numbers', 'concat', 'classifier'],
      ['embedding.y > concat.a', 'numbers.y > concat.b', 'concat.y > classifier.x'],
    )
    expect(analyse(document, fullSignature('tokens')).nodes.concat?.outputs.y?.shape).toEqual([2, 6, 6])
    const program = compile(document, fullSignature('tokens'), { mode: 'evaluate' })
    expect(interpret(program, feedsOf(program), weightsOf(program.states)).get('metric/loss/count')![0]).toBe(10)
  })
})

describe('mismatches are refused, with a repair if there is one', () => {
  it('different lengths', () => {
    const joined = (block: string) =>
      model(
        [...source, block, 'classifier'],
        ['source.ids > memory.ids', `embedding.y > ${block}.a`, `memory.y > ${block}.b`, `${block}.y > classifier.x`],
      )
    for (const block of ['add', 'multiply', 'concat']) expect(codes(joined(block))).toEqual(['graph.length-mismatch'])
  })

  it('different widths of sequences joined end to end', () => {
    const document = model(
      ['linear', ['concat', { axis: 'token' }], 'pool', 'sequence-classifier'],
      [
        'embedding.y > linear.x',
        'embedding.y > concat.a',
        'linear.y > concat.b',
        'concat.y > pool.x',
        'pool.y > sequence-classifier.x',
      ],
    )
    const [problem] = problemsOf(document, fullSignature('sequence'))
    expect(problem).toMatchObject({ code: 'graph.size-mismatch', params: { left: 4, right: 32 } })
    expect(problem?.repair?.edit).toEqual({ type: 'setParam', node: 'linear', param: 'width', value: 4 })
  })

  it('a slice out of range', () => {
    const sliced = (params: Readonly<Record<string, unknown>>) =>
      problemsOf(
        model([['slice', params], 'classifier'], ['embedding.y > slice.x', 'slice.y > classifier.x']),
        fullSignature('tokens'),
      )[0]
    const tooLong = sliced({ start: 2, size: 3 })
    expect(tooLong).toMatchObject({ code: 'graph.slice-outside', params: { start: 2, end: 5, available: 4 } })
    expect(tooLong?.repair?.edit).toEqual({ type: 'setParam', node: 'slice', param: 'size', value: 2 })
    expect(sliced({ start: 9 })?.repair?.edit).toEqual({ type: 'setParam', node: 'slice', param: 'start', value: 0 })
    expect(sliced({ start: 2, size: 2 })).toBeUndefined()
  })

  it.each(['concat', 'slice'])('tokens of a single vector: %s', (block) => {
    const wires = block === 'concat' ? ['pool.y > concat.a', 'pool.y > concat.b'] : ['pool.y > slice.x']
    const document = model(
      ['pool', [block, { axis: 'token' }], 'sequence-classifier'],
      ['embedding.y > pool.x', ...wires, `${block}.y > sequence-classifier.x`],
    )
    const [problem] = problemsOf(document, fullSignature('sequence'))
    expect(problem?.code).toBe('graph.no-tokens')
    expect(problem?.repair?.edit).toEqual({ type: 'setParam', node: block, param: 'axis', value: 'feature' })
  })

  it('numbers in a task without any', () => {
    const document = model(['numbers', 'classifier'], ['numbers.y > classifier.x'])
    expect(problemsOf(document, { ...fullSignature('tokens'), features: 0 }).map(({ code }) => code)).toEqual([
      'graph.no-numbers',
    ])
  })

  it('another number of tokens than the targets', () => {
    const document = model(
      [['slice', { axis: 'token', size: 2 }], 'classifier'],
      ['embedding.y > slice.x', 'slice.y > classifier.x'],
    )
    const [problem] = problemsOf(document, fullSignature('tokens'))
    expect(problem).toMatchObject({ code: 'graph.wrong-length', params: { wanted: 6, given: 2, source: 'slice' } })
  })

  it('an initial state of another width', () => {
    const document = model(
      ['pool', ['recurrent', { width: 3, direction: 'both' }], 'classifier'],
      ['embedding.y > pool.x', 'embedding.y > recurrent.x', 'pool.y > recurrent.initial', 'recurrent.y > classifier.x'],
    )
    const [problem] = problemsOf(document, fullSignature('tokens'))
    expect(problem).toMatchObject({ code: 'graph.initial-width', params: { given: 4, wanted: 6, source: 'pool' } })
    expect(problem?.repair?.edit).toEqual({ type: 'setParam', node: 'embedding', param: 'width', value: 6 })
  })

  it('a table of another width or vocabulary', () => {
    const tied = (table: string, width: number) =>
      problemsOf(
        model(
          [...source, ['linear', { width }], 'next-token'],
          ['source.ids > memory.ids', 'embedding.y > linear.x', 'linear.y > next-token.x', `${table}.table > next-token.table`],
        ),
        fullSignature('tokens'),
      )[0]
    expect(tied('embedding', 4)).toBeUndefined()
    const narrow = tied('embedding', 3)
    expect(narrow).toMatchObject({ code: 'graph.tied-width', params: { width: 4, given: 3, table: 'embedding' } })
    expect(narrow?.repair?.edit).toEqual({ type: 'setParam', node: 'linear', param: 'width', value: 4 })
    expect(tied('memory', 4)).toMatchObject({ code: 'graph.tied-vocabulary', params: { rows: 4, classes: 5 } })
  })
})

describe('an output tied to the embedding', () => {
  const document = model(['next-token'], ['embedding.y > next-token.x', 'embedding.table > next-token.table'])

  it('has no matrix of its own', () => {
    const { states } = compile(document, fullSignature('tokens'), { mode: 'evaluate' })
    expect(states.map(({ name }) => name)).toEqual(['embedding/table', 'next-token/bias'])
  })

  it('has one if no table is connected', () => {
    const { states } = compile(model(['next-token'], ['embedding.y > next-token.x']), fullSignature('tokens'), {
      mode: 'evaluate',
    })
    expect(states.map(({ name }) => name)).toEqual(['embedding/table', 'next-token/weight', 'next-token/weight-bias'])
  })
})

describe('the wrong output on a task', () => {
  const document = (output: string) => model(['pool', output], ['embedding.y > pool.x', `pool.y > ${output}.x`])
  const predictions = (output: string, aim: Aim) =>
    compile(document(output), fullSignature(aim), { mode: 'evaluate' }).outputs.get('predictions')

  it('predicts in the format of the right one, so that both have the same metrics', () => {
    for (const aim of ['labels', 'sequence'] as const) {
      const [wrong, right] = [predictions('sequence-classifier', aim), predictions('multi-label', aim)]
      expect([wrong?.shape, wrong?.dtype]).toEqual([right?.shape, right?.dtype])
    }
    const { batchSize } = document('multi-label').training
    expect(predictions('multi-label', 'labels')).toMatchObject({ shape: [batchSize, fullSignature('labels').classes] })
    expect(predictions('multi-label', 'sequence')).toMatchObject({ shape: [batchSize] })
  })

  it.each([
    ['regression', 'sequence', 'graph.wants-sequence'],
    ['multi-label', 'number', 'graph.wants-number'],
    ['sequence-classifier', 'tokens', 'graph.wants-tokens'],
    ['regression', 'labels', 'graph.wants-labels'],
  ] as const)('is refused if it has no comparable metrics: %s for %s', (output, aim, code) => {
    expect(codes(document(output), aim)).toEqual([code])
  })
})

/** Gradients of whole programs; those of single operations are held in `ops/ops.test.ts`. */
import { describe, expect, it } from 'vitest'
import { gradients } from './autodiff'
import { ProgramBuilder } from './builder'
import reference from './fixtures/perceptron.json'
import { clipByGlobalNorm } from './optimisers/clip'
import { optimisers } from './optimisers'
import { optimise } from './passes'
import { interpret } from './reference'
import type { Program, Value } from './types'

const optimiser = { kind: 'adamw', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 } as const
type WeightName = keyof typeof reference.initial
const weightNames = Object.keys(reference.initial) as WeightName[]

/** Embedding, layer norm, GELU, classifier, and one whole AdamW step with clipping. */
function trainingStep(): Program {
  const b = new ProgramBuilder()
  const weight = (name: WeightName): Value => {
    const { shape } = reference.initial[name]
    const decay = shape.length === 2
    const [block = ''] = name.split('/')
    return b.state({ name, block, role: 'weight', shape, initialiser: { kind: 'zeros' }, trainable: true, decay })
  }
  const x = b.standardise(b.gather(weight('embed/table'), b.dataInput('tokens', [4, 3], 'int32')), 1e-5)
  const normed = b.add(b.mul(x, weight('norm/gain')), weight('norm/bias'))
  const hidden = b.gelu(b.add(b.matmul(normed, weight('hidden/weight')), weight('hidden/bias')))
  const logits = b.matmul(hidden, weight('out/weight'))
  const loss = b.mean(b.crossEntropy(logits, b.dataInput('targets', [4, 3], 'int32')), [0, 1])
  b.output('loss', loss)

  const values = b.states.map((state) => state.value)
  const found = gradients(b, loss, values)
  for (const { name, value } of b.states) b.output(`gradient/${name}`, found.get(value)!)
  b.withPhase('update', () => {
    const all = values.map((value) => found.get(value)!)
    const clipped = clipByGlobalNorm(b, all, 0.5)
    b.output('gradientNorm', clipped.norm)
    const parameters = b.states.map((state, i) => ({ state, gradient: clipped.gradients[i]! }))
    optimisers[optimiser.kind].emit(b, parameters, optimiser)
  })
  return b.build()
}

describe('a training step', () => {
  it.each([
    ['as written', trainingStep()],
    ['after the passes', optimise(trainingStep())],
  ])('follows PyTorch for six steps, %s', (_, program) => {
    const states: Record<string, ArrayLike<number>> = Object.fromEntries(
      program.states.map(({ name, value }) => [name, new Float64Array(value.shape.reduce((a, b) => a * b, 1))]),
    )
    for (const name of weightNames) states[name] = reference.initial[name].data

    reference.losses.forEach((loss, i) => {
      const feeds = {
        tokens: reference.tokens[i]!,
        targets: reference.targets[i]!,
        learningRate: [0.03],
        ...Object.fromEntries(
          Object.entries(optimisers.adamw.scalars(optimiser, i + 1)).map(([name, number]) => [name, [number]]),
        ),
      }
      const result = interpret(program, feeds, states)
      expect(result.get('loss')![0]).toBeCloseTo(loss, 6)
      expect(result.get('gradientNorm')![0]).toBeCloseTo(reference.gradientNorms[i]!, 6)
      if (i === 0) {
        for (const name of weightNames) expectClose(result.get(`gradient/${name}`)!, reference.gradients[name])
      }
      for (const name of program.updates.keys()) states[name] = result.get(`update/${name}`)!
    })
    for (const name of weightNames) expectClose(states[name]!, reference.final[name])
  })
})

describe('gradients', () => {
  it('leave out what the loss does not depend on, and what only indices lead to', () => {
    const b = new ProgramBuilder()
    const x = b.dataInput('x', [3], 'float32')
    const unused = b.dataInput('unused', [3], 'float32')
    const tokens = b.dataInput('tokens', [3], 'int32')
    const chosen = b.dataInput('chosen', [3], 'float32')
    const loss = b.sum(b.mul(x, b.gather(b.constant(1, [3]), b.argmax(b.reshape(chosen, [1, 3])))), 0)
    const found = gradients(b, loss, [x, unused, tokens, chosen])
    expect([...found.keys()]).toEqual([x])
  })

  it('add up over every use of a value', () => {
    const b = new ProgramBuilder()
    const x = b.dataInput('x', [], 'float32')
    // x² · x + x: 3x² + 1
    b.output('g', gradients(b, b.add(b.mul(b.mul(x, x), x), x), [x]).get(x)!)
    expect(interpret(b.build(), { x: [2] }, {}).get('g')![0]).toBe(13)
  })

  it('can be differentiated again', () => {
    const b = new ProgramBuilder()
    const x = b.dataInput('x', [], 'float32')
    const first = gradients(b, b.mul(b.tanh(x), b.square(x)), [x]).get(x)!
    b.output('second', gradients(b, first, [x]).get(x)!)
    const [t, s] = [Math.tanh(0.7), 1 - Math.tanh(0.7) ** 2]
    const expected = -2 * t * s * 0.49 + 4 * 0.7 * s + 2 * t
    expect(interpret(b.build(), { x: [0.7] }, {}).get('second')![0]).toBeCloseTo(expected, 12)
  })

  it('of a value by itself are one, in its shape', () => {
    const b = new ProgramBuilder()
    const x = b.dataInput('x', [1, 1], 'float32')
    const g = gradients(b, x, [x]).get(x)!
    expect(g.shape).toEqual([1, 1])
  })

  it('visit only what lies between, and bear the block of the forward operation', () => {
    const b = new ProgramBuilder()
    const x = b.dataInput('x', [2], 'float32')
    const before = b.withBlock('a', () => b.exp(x))
    const y = b.withBlock('b', () => b.tanh(before))
    const loss = b.withBlock('c', () => b.sum(y, 0))
    b.withBlock('aside', () => b.exp(y))
    gradients(b, loss, [before])
    const emitted = b.ops.filter((op) => op.phase === 'backward')
    expect(new Set(emitted.map((op) => op.block))).toEqual(new Set(['', 'b', 'c']))
    expect(b.ops.filter((op) => op.phase === 'forward')).toHaveLength(4)
  })

  it.each<[string, [begin: number, size: number][], number[]]>([
    [
      'side by side',
      [
        [0, 2],
        [2, 1],
        [3, 2],
      ],
      [1, 1, 2, 3, 3],
    ],
    [
      'out of order, with room at both ends',
      [
        [2, 2],
        [1, 1],
      ],
      [0, 2, 1, 1, 0],
    ],
    [
      'taken twice',
      [
        [0, 2],
        [0, 2],
        [2, 3],
      ],
      [3, 3, 3, 3, 3],
    ],
    [
      'overlapping',
      [
        [0, 3],
        [1, 3],
      ],
      [1, 3, 3, 2, 0],
    ],
    [
      'with a gap',
      [
        [0, 1],
        [3, 1],
      ],
      [1, 0, 0, 2, 0],
    ],
  ])('reach a value through slices %s', (_, slices, expected) => {
    const b = new ProgramBuilder()
    const x = b.dataInput('x', [5, 2], 'float32')
    // The i-th slice counts i + 1 times.
    const terms = slices.map(([begin, size], i) => b.mul(b.sum(b.slice(x, [begin, 0], [size, 2]), [0, 1]), i + 1))
    const loss = terms.reduce((sum, term) => b.add(sum, term))
    b.output('g', gradients(b, loss, [x]).get(x)!)
    const g = interpret(b.build(), { x: new Float64Array(10) }, {}).get('g')!
    expect([...g]).toEqual(expected.flatMap((each) => [each, each]))
  })

  it('reach a value through boxes across both axes, beside other uses', () => {
    const b = new ProgramBuilder()
    const x = b.dataInput('x', [2, 2], 'float32')
    const corner = b.sum(b.slice(x, [0, 0], [1, 1]), [0, 1])
    const row = b.sum(b.slice(x, [1, 0], [1, 2]), [0, 1])
    b.output('g', gradients(b, b.add(b.add(corner, b.mul(row, 2)), b.sum(b.mul(x, 10), [0, 1])), [x]).get(x)!)
    expect([...interpret(b.build(), { x: [0, 0, 0, 0] }, {}).get('g')!]).toEqual([11, 10, 12, 12])
  })

  it('of slices side by side are joined once, not padded one by one', () => {
    const b = new ProgramBuilder()
    const x = b.dataInput('x', [64, 3], 'float32')
    const steps = Array.from({ length: 64 }, (_, t) => b.tanh(b.slice(x, [t, 0], [1, 3])))
    gradients(b, b.sum(b.concat(steps, 0), [0, 1]), [x])
    expect(b.ops.filter((op) => op.kind === 'pad')).toEqual([])
    expect(b.ops.filter((op) => op.kind === 'concat' && op.phase === 'backward')).toHaveLength(1)
  })

  it.each([
    // Of each product that is crossed on the way back: the gradient of the weight, and of what comes before it.
    [['embed', 'hidden', 'out'], { matmul: 4, geluGradient: 1, scatterAdd: 1 }],
    [['hidden', 'out'], { matmul: 3, geluGradient: 1, scatterAdd: 0 }],
    [['hidden'], { matmul: 2, geluGradient: 1, scatterAdd: 0 }],
    [['out'], { matmul: 1, geluGradient: 0, scatterAdd: 0 }],
    [[], { matmul: 0, geluGradient: 0, scatterAdd: 0 }],
  ])('are worked out where they lead to what is trained, and never for tokens: %j', (trained, expected) => {
    const b = new ProgramBuilder()
    const weight = (name: string, shape: readonly number[]) =>
      b.state({ name, block: name, role: 'weight', shape, initialiser: { kind: 'zeros' }, trainable: true, decay: true })
    const tokens = b.dataInput('tokens', [4, 3], 'int32')
    const embedded = b.withBlock('embed', () => b.gather(weight('embed', [7, 5]), tokens))
    const hidden = b.withBlock('hidden', () => b.gelu(b.matmul(embedded, weight('hidden', [5, 6]))))
    const logits = b.withBlock('out', () => b.matmul(hidden, weight('out', [6, 7])))
    const loss = b.mean(b.crossEntropy(logits, b.dataInput('targets', [4, 3], 'int32')), [0, 1])
    const values = b.states.filter(({ name }) => trained.includes(name)).map(({ value }) => value)
    const found = gradients(b, loss, [tokens, ...values])
    expect([...found.keys()]).toEqual(values)
    for (const [i, gradient] of [...found.values()].entries()) b.output(`gradient/${i}`, gradient)
    const backward = optimise(b.build()).ops.filter(({ phase }) => phase === 'backward')
    const count = (kind: string) => backward.filter((op) => op.kind === kind).length
    expect(Object.fromEntries(Object.keys(expected).map((kind) => [kind, count(kind)]))).toEqual(expected)
    const first = ['embed', 'hidden', 'out'].findIndex((block) => trained.includes(block))
    const frozenBefore = ['embed', 'hidden', 'out'].slice(0, first === -1 ? 3 : first)
    expect(backward.filter(({ block }) => frozenBefore.includes(block))).toEqual([])
  })

  it('refuse a loss that is not one float32 number', () => {
    const b = new ProgramBuilder()
    const x = b.dataInput('x', [2], 'float32')
    const count = b.dataInput('count', [], 'int32')
    expect(() => gradients(b, x, [x])).toThrow('gradients: the loss is one float32 number, got float32 (2)')
    expect(() => gradients(b, count, [x])).toThrow('got int32 ()')
  })
})

/** Constants of a program are float32, so agreement ends near 1e-7. */
function expectClose(actual: ArrayLike<number>, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length)
  expected.forEach((x, i) => expect(actual[i]).toBeCloseTo(x, 6))
}

/** Every operation on every engine, compared with its float64 definition, on shapes that cover each path of its lowerings. */
import { onGpu, testedEngines } from './testing/tested-engines'
import { ProgramBuilder } from '@core/program/builder'
import type { Emitter } from '@core/program/emitter'
import { operations } from '@core/program/ops'
import { interpret } from '@core/program/reference'
import { sizeOf } from '@core/program/shapes'
import type { OpKind, Shape, Value } from '@core/program/types'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createExecutor } from '../main/engine/choose'
import type { Executor, StateStore } from './executor'

/** How an input is filled; `index5` are int32 in [0, 5). */
type Fill = 'normal' | 'positive' | 'wide' | 'mask' | 'index5' | 'halves'
interface Case {
  readonly inputs: readonly (readonly [Fill, ...number[]])[]
  readonly emit: (e: Emitter, xs: Value[]) => Value
}

const unary = (emit: (e: Emitter, x: Value) => Value, fill: Fill = 'normal'): Case[] =>
  [[], [1], [7], [3, 5], [2, 33, 65]].map((shape) => ({ inputs: [[fill, ...shape]], emit: (e, [x]) => emit(e, x!) }))

const pairs: readonly (readonly [Shape, Shape])[] = [
  [[], []],
  [[5], []],
  [[], [5]],
  [
    [4, 6],
    [4, 6],
  ],
  [[4, 6], [6]],
  [
    [4, 6],
    [4, 1],
  ],
  [
    [4, 1],
    [1, 6],
  ],
  [
    [2, 3, 4, 5],
    [3, 1, 5],
  ],
  [
    [2, 1, 1, 5],
    [2, 3, 4, 5],
  ],
  [
    [2, 3, 1, 5, 1, 2],
    [1, 3, 4, 1, 6, 2],
  ],
]
const binary = (emit: (e: Emitter, a: Value, b: Value) => Value, left: Fill = 'normal', right: Fill = 'normal'): Case[] =>
  pairs.map(([a, b]) => ({
    inputs: [
      [left, ...a],
      [right, ...b],
    ],
    emit: (e, [x, y]) => emit(e, x!, y!),
  }))

const reduction = (emit: (e: Emitter, x: Value, axes: number[], keep: boolean) => Value, fill: Fill = 'normal'): Case[] =>
  (
    [
      [[5], [0]],
      [[7, 4], [0]],
      [[2, 4], [0]],
      [[3, 1], [0]],
      [[13, 8], [1]],
      [[6, 5, 4], [1]],
      [
        [6, 5, 4],
        [0, 2],
      ],
      [
        [6, 5, 4],
        [0, 1],
      ],
      [
        [3, 2, 5, 4],
        [0, 2],
      ],
      [
        [3, 2, 5, 4],
        [0, 1, 2, 3],
      ],
      [
        [1, 4, 1],
        [0, 2],
      ],
      [[2, 5000], [1]],
      [[3, 4], []],
    ] as const
  ).flatMap(([shape, axes]) =>
    [true, false].map((keep) => ({ inputs: [[fill, ...shape]], emit: (e, [x]) => emit(e, x!, [...axes], keep) })),
  )

const product = (a: Shape, b: Shape, transposeA = false, transposeB = false): Case => ({
  inputs: [
    ['normal', ...a],
    ['normal', ...b],
  ],
  emit: (e, [x, y]) => e.matmul(x!, y!, { transposeA, transposeB }),
})

const rowwise = (emit: (e: Emitter, x: Value) => Value, fill: Fill = 'normal'): Case[] =>
  [[1], [9], [4, 3], [2, 5, 66]].map((shape) => ({ inputs: [[fill, ...shape]], emit: (e, [x]) => emit(e, x!) }))

const one = (inputs: Case['inputs'], emit: (e: Emitter, ...xs: Value[]) => Value): Case => ({
  inputs,
  emit: (e, xs) => emit(e, ...xs),
})

const cases: { readonly [K in OpKind]: readonly Case[] } = {
  neg: unary((e, x) => e.neg(x)),
  exp: [...unary((e, x) => e.exp(x)), ...unary((e, x) => e.exp(x), 'wide')],
  log: unary((e, x) => e.log(x), 'positive'),
  sqrt: unary((e, x) => e.sqrt(x), 'positive'),
  rsqrt: unary((e, x) => e.rsqrt(x), 'positive'),
  square: unary((e, x) => e.square(x)),
  tanh: [...unary((e, x) => e.tanh(x)), ...unary((e, x) => e.tanh(x), 'wide')],
  sigmoid: [...unary((e, x) => e.sigmoid(x)), ...unary((e, x) => e.sigmoid(x), 'wide')],
  relu: unary((e, x) => e.relu(x)),
  erf: [...unary((e, x) => e.erf(x)), ...unary((e, x) => e.erf(x), 'wide')],
  gelu: [...unary((e, x) => e.gelu(x)), ...unary((e, x) => e.gelu(x), 'wide')],
  geluGradient: (['normal', 'wide'] as const).flatMap((fill) =>
    [[], [7], [2, 33, 65]].map((shape) =>
      one(
        [
          [fill, ...shape],
          ['normal', ...shape],
        ],
        (e, x, g) => e.geluGradient(x, g),
      ),
    ),
  ),
  add: [...binary((e, a, b) => e.add(a, b)), ...binary((e, a, b) => e.add(a, b), 'index5', 'index5')],
  sub: [...binary((e, a, b) => e.sub(a, b)), ...binary((e, a, b) => e.sub(a, b), 'index5', 'index5')],
  mul: [...binary((e, a, b) => e.mul(a, b)), ...binary((e, a, b) => e.mul(a, b), 'index5', 'index5')],
  div: binary((e, a, b) => e.div(a, b), 'normal', 'positive'),
  maximum: [...binary((e, a, b) => e.maximum(a, b)), ...binary((e, a, b) => e.maximum(a, b), 'index5', 'index5')],
  minimum: binary((e, a, b) => e.minimum(a, b)),
  equal: [...binary((e, a, b) => e.equal(a, b), 'halves', 'halves'), ...binary((e, a, b) => e.equal(a, b), 'index5', 'index5')],
  greater: [
    ...binary((e, a, b) => e.greater(a, b), 'halves', 'halves'),
    ...binary((e, a, b) => e.greater(a, b), 'index5', 'index5'),
  ],
  where: [
    ...pairs.map(([a, b]) =>
      one(
        [
          ['mask', ...b],
          ['normal', ...a],
          ['normal', ...b],
        ],
        (e, mask, x, y) => e.where(mask, x, y),
      ),
    ),
    one(
      [
        ['mask', 5, 5],
        ['normal', 2, 3, 5, 5],
      ],
      (e, mask, x) => e.where(mask, x, -Infinity),
    ),
    one(
      [
        ['index5', 4],
        ['index5', 4],
        ['index5', 4],
      ],
      (e, mask, x, y) => e.where(mask, x, y),
    ),
  ],
  sum: reduction((e, x, axes, keep) => e.sum(x, axes, keep)),
  mean: reduction((e, x, axes, keep) => e.mean(x, axes, keep)),
  max: reduction((e, x, axes, keep) => e.max(x, axes, keep), 'halves'),
  argmax: rowwise((e, x) => e.argmax(x), 'halves'),
  matmul: [
    product([3, 4], [4, 5]),
    product([4, 3], [4, 5], true),
    product([3, 4], [5, 4], false, true),
    product([4, 3], [5, 4], true, true),
    product([2, 3, 7, 4], [2, 3, 4, 5]),
    product([2, 3, 4, 7], [2, 3, 4, 5], true),
    product([2, 3, 7, 4], [2, 3, 5, 4], false, true),
    product([2, 3, 4, 7], [2, 3, 5, 4], true, true),
    product([2, 3, 7, 4], [4, 5]),
    product([2, 3, 4, 7], [4, 5], true),
    product([2, 3, 7, 4], [5, 4], false, true),
    product([1, 6, 2], [1, 2, 6]),
    product([1, 1], [1, 1]),
    product([96, 64], [96, 128], true),
    product([33, 130], [70, 130], false, true),
  ],
  softmax: [...rowwise((e, x) => e.softmax(x)), ...rowwise((e, x) => e.softmax(x), 'wide')],
  logSoftmax: [...rowwise((e, x) => e.logSoftmax(x)), ...rowwise((e, x) => e.logSoftmax(x), 'wide')],
  sparsemax: [...rowwise((e, x) => e.sparsemax(x)), ...rowwise((e, x) => e.sparsemax(x), 'wide')],
  standardise: rowwise((e, x) => e.standardise(x, 1e-5)),
  inverseDeviation: rowwise((e, x) => e.inverseDeviation(x, 1e-5)),
  crossEntropy: (['normal', 'wide'] as const).flatMap((fill) =>
    [[], [7], [2, 9]].map((shape) =>
      one(
        [
          [fill, ...shape, 5],
          ['index5', ...shape],
        ],
        (e, x, y) => e.crossEntropy(x, y),
      ),
    ),
  ),
  reshape: [
    one([['normal', 2, 6]], (e, x) => e.reshape(x, [3, 4])),
    one([['index5', 4]], (e, x) => e.reshape(x, [2, 2])),
    // The reshaped value stays in use: both share memory.
    one([['normal', 2, 6]], (e, x) => e.sum(e.mul(e.reshape(e.add(x, 1), [12, 1]), e.reshape(e.add(x, 2), [1, 12])), 0)),
  ],
  transpose: (
    [
      [
        [3, 5],
        [1, 0],
      ],
      [
        [96, 80],
        [1, 0],
      ],
      [
        [48, 130],
        [1, 0],
      ],
      [
        [65, 70],
        [1, 0],
      ],
      [
        [1, 5],
        [1, 0],
      ],
      [
        [2, 3, 4, 5],
        [0, 2, 1, 3],
      ],
      [
        [2, 3, 4, 5],
        [0, 2, 3, 1],
      ],
      [
        [2, 3, 4, 5],
        [3, 2, 1, 0],
      ],
      [
        [2, 3, 4, 5],
        [2, 3, 0, 1],
      ],
      [
        [2, 3, 4, 5],
        [0, 1, 2, 3],
      ],
      [
        [2, 1, 4, 1],
        [3, 2, 1, 0],
      ],
      [
        [2, 3, 4, 2, 3, 2],
        [5, 0, 4, 1, 3, 2],
      ],
    ] as const
  ).map(([shape, permutation]) => one([['normal', ...shape]], (e, x) => e.transpose(x, permutation))),
  concat: [
    one(
      [
        ['normal', 2, 3],
        ['normal', 4, 3],
      ],
      (e, a, b) => e.concat([a, b], 0),
    ),
    one(
      [
        ['normal', 2, 3],
        ['normal', 2, 1],
        ['normal', 2, 70],
      ],
      (e, ...xs) => e.concat(xs, -1),
    ),
    one(
      [
        ['index5', 2, 3, 4],
        ['index5', 2, 2, 4],
      ],
      (e, ...xs) => e.concat(xs, 1),
    ),
    one([['normal', 2, 3]], (e, x) => e.concat([x], 0)),
  ],
  slice: [
    one([['normal', 7]], (e, x) => e.slice(x, [2], [3])),
    one([['normal', 4, 6]], (e, x) => e.slice(x, [1, 0], [2, 6])),
    one([['normal', 4, 6]], (e, x) => e.slice(x, [0, 2], [4, 3])),
    one([['normal', 3, 4, 90]], (e, x) => e.slice(x, [1, 1, 5], [2, 2, 80])),
    one([['index5', 3, 4, 5]], (e, x) => e.slice(x, [0, 0, 0], [3, 4, 5])),
  ],
  pad: [
    one([['normal', 3]], (e, x) => e.pad(x, [2], [1])),
    one([['normal', 2, 3, 4]], (e, x) => e.pad(x, [1, 0, 2], [0, 3, 1])),
    one([['normal', 2, 3]], (e, x) => e.pad(x, [0, 0], [0, 0])),
  ],
  broadcast: [
    one([['normal']], (e, x) => e.broadcast(x, [3, 4])),
    one([['normal', 4]], (e, x) => e.broadcast(x, [3, 4])),
    one([['normal', 3, 1]], (e, x) => e.broadcast(x, [2, 3, 4])),
    one([['normal', 2, 1, 4, 1]], (e, x) => e.broadcast(x, [2, 3, 4, 5])),
    one([['normal', 3, 4]], (e, x) => e.broadcast(x, [1, 3, 4])),
  ],
  cast: [
    one([['wide', 9]], (e, x) => e.cast(x, 'int32')),
    one([['index5', 9]], (e, x) => e.cast(x, 'float32')),
    one([['normal', 9]], (e, x) => e.cast(x, 'float32')),
  ],
  gather: [
    one(
      [
        ['normal', 5, 3],
        ['index5', 2, 7],
      ],
      (e, table, at) => e.gather(table, at),
    ),
    one(
      [
        ['normal', 5],
        ['index5', 4],
      ],
      (e, table, at) => e.gather(table, at),
    ),
    one(
      [
        ['index5', 5, 2, 2],
        ['index5', 3],
      ],
      (e, table, at) => e.gather(table, at),
    ),
  ],
  scatterAdd: [
    one(
      [
        ['index5', 2, 40],
        ['normal', 2, 40, 3],
      ],
      (e, at, updates) => e.scatterAdd(at, updates, 6),
    ),
    one(
      [
        ['index5', 9],
        ['normal', 9],
      ],
      (e, at, updates) => e.scatterAdd(at, updates, 5),
    ),
    one(
      [
        ['index5', 2, 40],
        ['normal', 2, 40, 3, 2],
      ],
      (e, at, updates) => e.scatterAdd(at, updates, 300),
    ),
  ],
  oneHot: [one([['index5', 2, 7]], (e, at) => e.oneHot(at, 5)), one([['index5']], (e, at) => e.oneHot(at, 6))],
  constant: [
    { inputs: [], emit: (e) => e.constant(Float32Array.of(1, 2, 3, 4), [2, 2]) },
    { inputs: [], emit: (e) => e.constant(Int32Array.of(1, -2)) },
    { inputs: [], emit: (e) => e.mul(e.constant(Float32Array.of(1, 2)), 3) },
  ],
}

/** A separate small generator, so that failures are reproducible. */
function numbers(fill: Fill, length: number, seed: number): Float32Array | Int32Array {
  let state = seed * 7919 + 17
  const next = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  const make: Record<Fill, () => number> = {
    normal,
    positive: () => 0.05 + 4 * next(),
    wide: () => 12 * normal(),
    mask: () => Number(next() < 0.5),
    index5: () => Math.floor(5 * next()),
    halves: () => Math.round(4 * next()) / 2,
  }
  return fill === 'index5' ? Int32Array.from({ length }, make[fill]) : Float32Array.from({ length }, make[fill])
}

function build({ inputs, emit }: Case) {
  const builder = new ProgramBuilder()
  const feeds: Record<string, Float32Array | Int32Array> = {}
  const values = inputs.map(([fill, ...shape], i) => {
    feeds[`x${i}`] = numbers(fill, sizeOf(shape), i + shape.length)
    return builder.dataInput(`x${i}`, shape, fill === 'index5' ? 'int32' : 'float32')
  })
  builder.output('y', emit(builder, values))
  return { program: builder.build(), feeds }
}

/** float32 has seven digits; sums of a few thousand terms and the sigmoid's exp lose one or two. */
function differs(actual: number, expected: number, size: number): boolean {
  if (actual === expected) return false
  return !(Math.abs(actual - expected) <= 2e-6 * (1 + size) + 1e-5 * Math.abs(expected))
}

/** Patterns that engines may fuse: scales, biases and gradients around products, and GELU between them. */
const combinations: Readonly<Record<string, Case>> = {
  'a product with a bias': one(
    [
      ['normal', 2, 3, 4],
      ['normal', 4, 5],
      ['normal', 5],
    ],
    (e, x, w, bias) => e.add(e.matmul(x, w), bias),
  ),
  'a product with a bias of another shape': one(
    [
      ['normal', 2, 3, 4],
      ['normal', 4, 5],
      ['normal', 3, 1],
    ],
    (e, x, w, bias) => e.add(bias, e.matmul(x, w)),
  ),
  'scales before and after a product': one(
    [
      ['normal', 2, 3, 4],
      ['normal', 2, 5, 4],
    ],
    (e, q, k) => e.mul(0.5, e.matmul(e.mul(q, 3), e.mul(-2, k), { transposeB: true })),
  ),
  'a scaled product that is also wanted without': one(
    [
      ['normal', 3, 4],
      ['normal', 4, 3],
    ],
    (e, a, b) => e.add(e.matmul(a, b), e.matmul(e.mul(e.matmul(a, b), 0.25), e.matmul(a, b))),
  ),
  'GELU between two layers, and what flows back': one(
    [
      ['normal', 2, 3, 4],
      ['normal', 4, 8],
      ['normal', 8],
      ['normal', 8, 4],
      ['normal', 2, 3, 4],
    ],
    (e, x, widen, bias, narrow, g) => {
      const hidden = e.add(e.matmul(x, widen), bias)
      const y = e.matmul(e.gelu(hidden), narrow)
      const back = e.geluGradient(hidden, e.matmul(g, narrow, { transposeB: true }))
      const rows = e.reshape(back, [6, 8])
      const gradients = [e.sum(back, [0, 1]), e.matmul(e.reshape(x, [6, 4]), rows, { transposeA: true })]
      return e.concat([e.reshape(y, [24]), ...gradients.map((gradient) => e.reshape(gradient, [sizeOf(gradient.shape)]))], 0)
    },
  ),
  'GELU of what others read too': one(
    [
      ['normal', 5, 4],
      ['normal', 4, 4],
      ['normal', 4],
    ],
    (e, x, w, bias) => {
      const hidden = e.add(e.matmul(x, w), bias)
      return e.add(e.gelu(hidden), hidden)
    },
  ),
  'the gradient of attention': one(
    [
      ['normal', 2, 6, 6],
      ['normal', 2, 6, 3],
      ['normal', 2, 6, 3],
    ],
    (e, scores, v, g) => {
      const weights = e.softmax(scores)
      const y = e.matmul(weights, v)
      const slope = e.matmul(g, v, { transposeB: true })
      const error = e.mul(weights, e.sub(slope, e.sum(e.mul(slope, weights), -1, true)))
      return e.concat([error, y], -1)
    },
  ),
  'the gradient of attention before its result': one(
    [
      ['normal', 2, 6, 6],
      ['normal', 2, 6, 3],
      ['normal', 2, 6, 3],
    ],
    (e, scores, v, g) => {
      const weights = e.softmax(scores)
      const slope = e.matmul(g, v, { transposeB: true })
      const error = e.mul(weights, e.sub(slope, e.sum(e.mul(slope, weights), -1, true)))
      return e.concat([error, e.matmul(weights, v)], -1)
    },
  ),
  'a mask from a comparison': one(
    [
      ['halves', 4, 4],
      ['halves', 4, 4],
    ],
    (e, a, b) => e.where(e.greater(a, b), a, -1),
  ),
  'stretched values': one(
    [
      ['normal', 3, 1],
      ['normal', 3, 4],
    ],
    (e, a, b) => e.mul(e.broadcast(a, [3, 4]), b),
  ),
  'two stretched values': one(
    [
      ['normal', 3, 1],
      ['normal', 1, 1],
    ],
    (e, a, b) => e.add(e.broadcast(a, [3, 4]), e.broadcast(b, [3, 4])),
  ),
}

describe.each(testedEngines)('%s', (engine) => {
  let executor: Executor
  let store: StateStore
  beforeAll(async () => {
    executor = await createExecutor(engine, () => undefined)
    store = executor.createStore()
  })
  afterAll(() => store.dispose())

  async function check(each: Case, summed: boolean): Promise<void> {
    const { program, feeds } = build(each)
    const executable = executor.compile(program, store)
    const expected = interpret(program, feeds, {}).get('y')!
    const size = summed ? Math.max(...expected.map(Math.abs)) : 0
    // Twice: the second run reuses memory with old content.
    for (let round = 0; round < 2; round++) {
      const actual = (await executable.run(feeds, ['y'])).get('y')!
      expect(actual.length).toBe(expected.length)
      actual.forEach((value, i) => expect(differs(value, expected[i]!, size), `${i}: ${value}, not ${expected[i]}`).toBe(false))
    }
    executable.dispose()
  }

  describe.each(Object.keys(operations) as OpKind[])('%s', (kind) => {
    test.each(cases[kind].map((each) => [each.inputs.map((input) => `(${input.join(' ')})`).join(' '), each] as const))(
      'agrees with its definition on %s',
      // Long sums of both signs cancel: their error scales with the terms, not with the result.
      (_, each) => check(each, kind === 'matmul'),
    )
  })

  test.each(Object.entries(combinations))('%s', (_, each) => check(each, true))

  test.each([65, 1000])('adds to %d rows in the same order every time', async (rows) => {
    const each = one(
      [
        ['index5', 2048],
        ['normal', 2048, 256],
      ],
      (e, at, updates) => e.scatterAdd(at, updates, rows),
    )
    const { program, feeds } = build(each)
    const executable = executor.compile(program, store)
    const first = (await executable.run(feeds, ['y'])).get('y')!
    for (let round = 0; round < (onGpu ? 2 : 30); round++) {
      const again = (await executable.run(feeds, ['y'])).get('y')!
      expect(Buffer.compare(Buffer.from(again.buffer), Buffer.from(first.buffer))).toBe(0)
    }
    executable.dispose()
  })

  describe('NaN', () => {
    const swallowing: readonly OpKind[] = [
      ...(['argmax', 'cast', 'equal', 'greater', 'oneHot', 'scatterAdd', 'slice', 'constant'] as const),
      // The shading language of WebGPU lets functions assume that there is no NaN: loss and gradient are judged, not every value.
      ...(onGpu ? (['exp', 'log', 'relu', 'sigmoid', 'softmax', 'sparsemax'] as const) : []),
    ]
    test.each(Object.keys(operations).filter((kind) => !swallowing.includes(kind as OpKind)) as OpKind[])(
      'passes through %s',
      async (kind) => {
        const each = cases[kind].find(({ inputs }) => inputs.every(([fill]) => fill !== 'index5') && inputs.length > 0)
        if (!each) return expect(['gather', 'crossEntropy']).toContain(kind)
        const { program, feeds } = build(each)
        for (const name of Object.keys(feeds)) if (kind !== 'where' || name !== 'x0') feeds[name]!.fill(NaN)
        const executable = executor.compile(program, store)
        expect((await executable.run(feeds, ['y'])).get('y')!.some(Number.isNaN)).toBe(true)
        executable.dispose()
      },
    )

    const anywhere = (
      ['relu', 'maximum', 'minimum', 'max', 'softmax', 'sparsemax', 'exp', 'tanh', 'sigmoid', 'gelu', 'erf', 'sum'] as const
    ).filter((kind) => !swallowing.includes(kind))
    test.each(anywhere)('passes through %s at any position', async (kind) => {
      const each = one([['normal', 70]], (e, x) => {
        if (kind === 'max' || kind === 'sum') return e[kind](x, 0)
        return kind === 'maximum' || kind === 'minimum' ? e[kind](x, 0.5) : e[kind](x)
      })
      const { program, feeds } = build(each)
      const executable = executor.compile(program, store)
      for (const at of [0, 1, 33, 69]) {
        const x = feeds.x0!.slice()
        x[at] = NaN
        expect((await executable.run({ x0: x }, ['y'])).get('y')!.some(Number.isNaN), `at ${at}`).toBe(true)
      }
      executable.dispose()
    })

    test('passes through the loss', async () => {
      const { program, feeds } = build(cases.crossEntropy[1]!)
      feeds.x0!.fill(NaN, 0, 1)
      const executable = executor.compile(program, store)
      const loss = (await executable.run(feeds, ['y'])).get('y')!
      expect(loss[0]).toBeNaN()
      expect(loss[1]).not.toBeNaN()
    })
  })

  test.each([
    ['gather', cases.gather[0]!, 'x1'],
    ['scatterAdd', cases.scatterAdd[0]!, 'x0'],
    ['oneHot', cases.oneHot[0]!, 'x0'],
    ['crossEntropy', cases.crossEntropy[1]!, 'x1'],
  ])('%s rejects an index out of range instead of reading other memory', async (_, each, indices) => {
    const { program, feeds } = build(each)
    const executable = executor.compile(program, store)
    feeds[indices]![0] = 6
    await expect(executable.run(feeds, ['y'])).rejects.toThrow(/index 6 is not in/)
    feeds[indices]![0] = -1
    await expect(executable.run(feeds, ['y'])).rejects.toThrow(/index -1 is not in/)
  })
})

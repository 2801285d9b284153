/** Every operation's gradient against central differences; a new operation without a case does not compile. */
import { describe, expect, it } from 'vitest'
import { gradients } from '../autodiff'
import { ProgramBuilder } from '../builder'
import { interpret } from '../reference'
import { sizeOf } from '../shapes'
import type { OpKind, Shape, Value } from '../types'
import { operations } from './index'

const kinds = Object.keys(operations) as OpKind[]

/** A differentiable use: inputs of these shapes, and what is done with them. */
interface GradientCase {
  readonly shapes: readonly Shape[]
  readonly build: (b: ProgramBuilder, ...inputs: [Value, Value, Value]) => Value
  readonly positive?: boolean
}
const indices = (b: ProgramBuilder) => b.constant(Int32Array.of(3, 0, 1, 3), [2, 2])
const mask = (b: ProgramBuilder) => b.constant(Float32Array.of(1, 0, 1), [3, 1])
const shapePairs: readonly (readonly [Shape, Shape])[] = [
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 3], [3]],
  [
    [2, 1, 3],
    [4, 1],
  ],
  [[1], [2, 2]],
  [[], [2, 1]],
]
const unary = (
  kind: 'neg' | 'exp' | 'square' | 'tanh' | 'sigmoid' | 'relu' | 'erf' | 'gelu' | 'softmax' | 'logSoftmax' | 'sparsemax',
) => [
  { shapes: [[2, 3]], build: (b: ProgramBuilder, x: Value) => b[kind](x) },
  { shapes: [[2, 1, 4]], build: (b: ProgramBuilder, x: Value) => b[kind](x) },
]
const ofPositive = (kind: 'log' | 'sqrt' | 'rsqrt') => [
  { shapes: [[2, 3]], build: (b: ProgramBuilder, x: Value) => b[kind](x), positive: true },
]
const binary = (kind: 'add' | 'sub' | 'mul' | 'maximum' | 'minimum' | 'div') =>
  shapePairs.flatMap(([left, right]) => [
    { shapes: [left, right], build: (b: ProgramBuilder, x: Value, y: Value) => b[kind](x, y), positive: kind === 'div' },
    { shapes: [right, left], build: (b: ProgramBuilder, x: Value, y: Value) => b[kind](x, y), positive: kind === 'div' },
  ])
const reduction = (kind: 'sum' | 'mean' | 'max') =>
  [0, -1, [0, 2], [0, 1, 2], []].flatMap((axes) =>
    [false, true].map((keep) => ({ shapes: [[2, 1, 3]], build: (b: ProgramBuilder, x: Value) => b[kind](x, axes, keep) })),
  )
const turned = (shape: Shape, swap: boolean) => (swap ? [...shape.slice(0, -2), ...shape.slice(-2).reverse()] : shape)
const products = [
  [
    [2, 3],
    [3, 4],
  ],
  [
    [2, 2, 3],
    [2, 3, 2],
  ],
  [
    [2, 1, 2, 3],
    [2, 1, 3, 1],
  ],
  [
    [2, 2, 3],
    [3, 4],
  ],
  [
    [2, 2, 1, 3],
    [3, 1],
  ],
].flatMap(([left = [], right = []]) =>
  [false, true].flatMap((transposeA) =>
    [false, true].map((transposeB) => ({
      shapes: [turned(left, transposeA), turned(right, transposeB)],
      build: (b: ProgramBuilder, x: Value, y: Value) => b.matmul(x, y, { transposeA, transposeB }),
    })),
  ),
)

const gradientCases: { readonly [K in OpKind]: readonly GradientCase[] } = {
  neg: unary('neg'),
  exp: unary('exp'),
  log: ofPositive('log'),
  sqrt: ofPositive('sqrt'),
  rsqrt: ofPositive('rsqrt'),
  square: unary('square'),
  tanh: unary('tanh'),
  sigmoid: unary('sigmoid'),
  relu: unary('relu'),
  erf: unary('erf'),
  gelu: unary('gelu'),
  geluGradient: [
    {
      shapes: [
        [2, 3],
        [2, 3],
      ],
      build: (b, x, y) => b.geluGradient(x, y),
    },
  ],
  add: binary('add'),
  sub: binary('sub'),
  mul: binary('mul'),
  div: binary('div'),
  maximum: binary('maximum'),
  minimum: binary('minimum'),
  where: [
    {
      shapes: [
        [3, 2],
        [3, 2],
      ],
      build: (b, x, y) => b.where(mask(b), x, y),
    },
    { shapes: [[2], [3, 1]], build: (b, x, y) => b.where(mask(b), x, y) },
    { shapes: [[2, 3, 2]], build: (b, x) => b.where(mask(b), -3, x) },
  ],
  sum: reduction('sum'),
  mean: reduction('mean'),
  max: reduction('max'),
  matmul: products,
  softmax: unary('softmax'),
  sparsemax: unary('sparsemax'),
  logSoftmax: unary('logSoftmax'),
  standardise: [
    { shapes: [[2, 4]], build: (b, x) => b.standardise(x, 1e-2) },
    { shapes: [[2, 2, 3]], build: (b, x) => b.standardise(x, 1e-5) },
  ],
  inverseDeviation: [{ shapes: [[2, 4]], build: (b, x) => b.inverseDeviation(x, 1e-2) }],
  crossEntropy: [
    { shapes: [[2, 2, 4]], build: (b, x) => b.crossEntropy(x, indices(b)) },
    { shapes: [[4]], build: (b, x) => b.crossEntropy(x, b.constant(Int32Array.of(2), [])) },
  ],
  reshape: [{ shapes: [[2, 3]], build: (b, x) => b.reshape(x, [3, 1, 2]) }],
  transpose: [{ shapes: [[2, 3, 4]], build: (b, x) => b.transpose(x, [2, 0, -2]) }],
  concat: [
    {
      shapes: [
        [2, 1],
        [2, 3],
        [2, 2],
      ],
      build: (b, ...xs) => b.concat(xs, -1),
    },
    {
      shapes: [
        [1, 2],
        [3, 2],
        [2, 2],
      ],
      build: (b, ...xs) => b.concat(xs, 0),
    },
  ],
  slice: [{ shapes: [[3, 1, 4]], build: (b, x) => b.slice(x, [1, 0, 1], [2, 1, 2]) }],
  pad: [{ shapes: [[2, 3]], build: (b, x) => b.pad(x, [1, 0], [0, 2]) }],
  broadcast: [
    { shapes: [[3, 1]], build: (b, x) => b.broadcast(x, [2, 3, 4]) },
    { shapes: [[]], build: (b, x) => b.broadcast(x, [2, 1]) },
  ],
  gather: [
    { shapes: [[4, 3]], build: (b, x) => b.gather(x, indices(b)) },
    { shapes: [[4, 2, 1]], build: (b, x) => b.gather(x, indices(b)) },
    { shapes: [[4]], build: (b, x) => b.gather(x, indices(b)) },
  ],
  scatterAdd: [{ shapes: [[2, 2, 3]], build: (b, x) => b.scatterAdd(indices(b), x, 5) }],
  // No gradient passes through these: the one through the other factor must still be right.
  equal: [{ shapes: [[2, 3]], build: (b, x) => b.mul(x, b.equal(x, x)) }],
  greater: [{ shapes: [[2, 3]], build: (b, x) => b.mul(x, b.greater(x, 0.1)) }],
  argmax: [{ shapes: [[2, 3]], build: (b, x) => b.gather(x, b.cast(b.mul(b.cast(b.argmax(x), 'float32'), 0), 'int32')) }],
  cast: [{ shapes: [[2, 3]], build: (b, x) => b.mul(x, b.cast(indices2(b), 'float32')) }],
  oneHot: [{ shapes: [[2, 2, 4]], build: (b, x) => b.mul(x, b.oneHot(indices(b), 4)) }],
  constant: [{ shapes: [[2, 3]], build: (b, x) => b.mul(x, b.constant(2.5)) }],
}
const indices2 = (b: ProgramBuilder) => b.constant(Int32Array.of(1, 2, 3), [1, 3])

describe('a gradient agrees with central differences', () => {
  const cases = kinds.flatMap((kind) => gradientCases[kind].map((entry) => [kind, entry.shapes, entry] as const))

  it.each(cases)('%s of %j', (kind, shapes, { build, positive }) => {
    const b = new ProgramBuilder()
    const inputs = shapes.map((shape, i) => b.dataInput(`x${i}`, shape, 'float32'))
    const y = build(b, ...(inputs as [Value, Value, Value]))
    const takesPart = b.ops.some((op) => op.kind === kind)
    expect(takesPart || y === inputs[0]).toBe(true)

    // Any direction in the space of results, so that each element of the gradient counts.
    const scores = b.mul(y, b.dataInput('direction', y.shape, 'float32'))
    const loss = b.sum(
      scores,
      scores.shape.map((_, axis) => axis),
    )
    b.output('loss', loss)
    const found = gradients(b, loss, inputs)
    inputs.forEach((input, i) => b.output(`g${i}`, found.get(input)!))
    const program = b.build()

    const feeds: Record<string, Float64Array> = { direction: numbers(sizeOf(y.shape), 99) }
    shapes.forEach((shape, i) => {
      const values = numbers(sizeOf(shape), i)
      feeds[`x${i}`] = positive ? values.map((x) => Math.abs(x) + 0.5) : values
    })
    const analytic = interpret(program, feeds, {})
    inputs.forEach((input, i) => {
      expect(found.get(input)?.shape).toEqual(input.shape)
      const numeric = centralDifferences(() => interpret(program, feeds, {}, ['loss']).get('loss')![0]!, feeds[`x${i}`]!)
      expect(largestDifference(analytic.get(`g${i}`)!, numeric)).toBeLessThan(1e-6)
    })
  })

  it('gives half to each of two equal operands, and shares evenly among equal largest elements', () => {
    const b = new ProgramBuilder()
    const x = b.dataInput('x', [3], 'float32')
    const y = b.dataInput('y', [3], 'float32')
    const loss = b.add(b.sum(b.maximum(x, y), 0), b.mul(b.max(x, 0), 10))
    b.output('x', gradients(b, loss, [x]).get(x)!)
    expect([...interpret(b.build(), { x: [3, 3, 1], y: [3, 0, 2] }, {}).get('x')!]).toEqual([5.5, 6, 0])
  })

  it('has no slope at the corner of relu', () => {
    const b = new ProgramBuilder()
    const x = b.dataInput('x', [3], 'float32')
    b.output('g', gradients(b, b.sum(b.relu(x), 0), [x]).get(x)!)
    expect([...interpret(b.build(), { x: [-1, 0, 1] }, {}).get('g')!]).toEqual([0, 0, 1])
  })
})

/** Numbers between −2 and 2, no two alike. */
function numbers(count: number, seed: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => 2 * Math.sin(1.7 * i + 2.3 * seed + 0.4))
}

/** The slope along each element of `x`, which is changed in place and restored. */
function centralDifferences(loss: () => number, x: Float64Array, step = 1e-5): Float64Array {
  return Float64Array.from(x, (before, i) => {
    const at = (value: number): number => {
      x[i] = value
      return loss()
    }
    const slope = (at(before + step) - at(before - step)) / (2 * step)
    x[i] = before
    return slope
  })
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length)
  return Array.from(a).reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!) / (1 + Math.abs(b[i]!))), 0)
}

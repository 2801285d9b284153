import { describe, expect, it } from 'vitest'
import { ProgramBuilder } from './builder'
import { calibrationSchema, predictedMilliseconds, summedMilliseconds, timingOf, type Calibration } from './timing'
import type { Shape } from './types'

const state = (b: ProgramBuilder, name: string, shape: Shape) =>
  b.state({ name, block: '', role: 'weight', shape, initialiser: { kind: 'zeros' }, trainable: true, decay: false })

const calibration: Calibration = {
  engine: 'test',
  gigaflops: 10,
  times: {
    add: [
      [10, 1],
      [1000, 100],
    ],
    mul: [[10, 3]],
    'mul/scalar': [[10, 7]],
    'matmul/plain/nn': [[1000, 5]],
  },
  references: [{ summed: 1, measured: 1 }],
  memory: { base: 0, perByte: 1 },
}

describe('what an operation’s time depends on', () => {
  const b = new ProgramBuilder()
  const x = state(b, 'x', [4, 8])
  const keyOf = (value: typeof x) => {
    const op = b.producer(value)
    return op ? timingOf(op) : undefined
  }

  it('is its size in elements, and how the smaller operand is spread', () => {
    expect(keyOf(b.add(x, x))).toEqual({ key: 'add', size: 32 })
    expect(keyOf(b.add(x, 2))).toEqual({ key: 'add/scalar', size: 32 })
    expect(keyOf(b.add(x, state(b, 'row', [8])))).toEqual({ key: 'add/rows', size: 32 })
    expect(keyOf(b.add(x, state(b, 'column', [4, 1])))).toEqual({ key: 'add/columns', size: 32 })
  })

  it('is the FLOPs of a product, whether in batches, and which sides are transposed', () => {
    expect(keyOf(b.matmul(x, x, { transposeB: true }))).toEqual({ key: 'matmul/plain/nt', size: 2 * 4 * 8 * 4 })
    const batch = state(b, 'batch', [3, 4, 4])
    expect(keyOf(b.matmul(batch, batch))).toEqual({ key: 'matmul/batched/nn', size: 2 * 3 * 4 * 4 * 4 })
  })

  it('is whether a reduction runs along rows or across them', () => {
    expect(keyOf(b.sum(x, 1))).toEqual({ key: 'sum/last', size: 32 })
    expect(keyOf(b.sum(x, 0))).toEqual({ key: 'sum/leading', size: 32 })
    expect(keyOf(b.sum(x, [0, 1]))).toEqual({ key: 'sum/last', size: 32 })
  })

  it('is nothing for constants and data under another shape', () => {
    expect(keyOf(b.reshape(x, [32]))).toBeNull()
    expect(keyOf(b.constant(2))).toBeNull()
  })
})

describe('the time of a program', () => {
  const summed = (build: (b: ProgramBuilder) => void): number => {
    const b = new ProgramBuilder()
    build(b)
    return summedMilliseconds(b.build(), calibration.times)
  }
  const added = (size: number) => summed((b) => b.add(state(b, 'x', [size]), state(b, 'y', [size])))

  it('lies between measured sizes on a straight line of logarithms', () => {
    expect(added(100)).toBeCloseTo(10)
    expect(added(1000)).toBeCloseTo(100)
  })

  it('goes on in proportion above the largest size, and no lower below the smallest', () => {
    expect(added(5000)).toBeCloseTo(500)
    expect(added(2)).toBe(1)
  })

  it('takes the plainest form of what was not measured, and addition for what was not measured at all', () => {
    expect(summed((b) => b.mul(state(b, 'x', [2, 5]), state(b, 'row', [5])))).toBe(3)
    expect(summed((b) => b.mul(state(b, 'x', [2, 5]), 2))).toBe(7)
    expect(summed((b) => b.tanh(state(b, 'x', [10])))).toBe(1)
  })

  it('is put right by whole steps: by the nearest outside them, in between in proportion', () => {
    const references = [
      { summed: 10, measured: 20 },
      { summed: 1000, measured: 1000 },
    ]
    const predicted = (size: number) => {
      const b = new ProgramBuilder()
      b.add(state(b, 'x', [size]), state(b, 'y', [size]))
      return predictedMilliseconds(b.build(), { ...calibration, references })
    }
    expect(predicted(10)).toBeCloseTo(2)
    expect(predicted(1000)).toBeCloseTo(100 * Math.SQRT2)
    expect(predicted(20_000)).toBeCloseTo(2000)
  })
})

it('a calibration from a file is taken only if it is whole', () => {
  expect(calibrationSchema.safeParse(calibration).success).toBe(true)
  expect(calibrationSchema.safeParse({ ...calibration, references: [] }).success).toBe(false)
  expect(calibrationSchema.safeParse({ ...calibration, gigaflops: 0 }).success).toBe(false)
})

/** Every operation against PyTorch, and what it says to inputs that do not fit; a new operation without a reference fails. */
import { describe, expect, it } from 'vitest'
import { ProgramBuilder } from '../builder'
import type { TensorType } from '../define'
import reference from '../fixtures/operations.json'
import { interpret } from '../reference'
import type { OpAttributes, OpKind, Value } from '../types'
import { operations } from './index'

const kinds = Object.keys(operations) as OpKind[]

interface ReferenceCase {
  readonly kind: OpKind
  readonly inputs: readonly (TensorType & { readonly data: readonly number[] })[]
  readonly attributes: never
  readonly output: TensorType & { readonly data: readonly number[] }
}
const referenceCases = reference as unknown as readonly ReferenceCase[]

describe('an operation computes what PyTorch does in float64', () => {
  it('has a reference for every operation but constants', () => {
    expect(new Set(referenceCases.map((entry) => entry.kind))).toEqual(new Set(kinds.filter((kind) => kind !== 'constant')))
  })

  it.each(referenceCases.map((entry) => [entry.kind, entry] as const))('%s', (kind, { inputs, attributes, output }) => {
    const { shape, dtype } = operations[kind].infer(inputs, attributes)
    expect({ shape, dtype }).toEqual({ shape: output.shape, dtype: output.dtype })
    const tensors = inputs.map((input) => ({ shape: input.shape, data: Float64Array.from(input.data) }))
    const result = operations[kind].compute(tensors, attributes, shape)
    expect(largestDifference(result, output.data)).toBeLessThan(1e-12)
  })
})

const float = (...shape: number[]): TensorType => ({ shape, dtype: 'float32' })
const int = (...shape: number[]): TensorType => ({ shape, dtype: 'int32' })
const noTranspose = { transposeA: false, transposeB: false }

/** A wrong use, and what is said about it. */
function wrong<K extends OpKind>(kind: K, inputs: readonly TensorType[], attributes: OpAttributes[K], message: string) {
  return { kind, message, infer: () => operations[kind].infer(inputs, attributes) }
}

describe('an operation says what does not fit', () => {
  it.each([
    wrong('matmul', [float(4, 32), float(30, 8)], noTranspose, 'matmul: inner sizes differ, 32 and 30'),
    wrong(
      'matmul',
      [float(4, 32), float(8, 30)],
      { transposeA: false, transposeB: true },
      'matmul: inner sizes differ, 32 and 30',
    ),
    wrong('matmul', [float(2, 4, 3), float(5, 3, 4)], noTranspose, 'matmul: leading sizes differ, (2, 4, 3) and (5, 3, 4)'),
    wrong('matmul', [float(4, 3), float(5, 3, 4)], noTranspose, 'matmul: leading sizes differ, (4, 3) and (5, 3, 4)'),
    wrong('matmul', [float(3), float(3, 4)], noTranspose, 'matmul: takes matrices, got (3) and (3, 4)'),
    wrong('matmul', [float(2, 3), int(3, 4)], noTranspose, 'matmul: takes float32, got int32 (3, 4)'),
    wrong('matmul', [float(2, 3)], noTranspose, 'matmul: takes 2 inputs, got 1'),
    wrong('add', [float(2, 3), float(4)], {}, 'add: shapes do not broadcast, (2, 3) and (4)'),
    wrong('add', [float(2), int(2)], {}, 'add: types differ, float32 and int32'),
    wrong('exp', [int(2)], {}, 'exp: takes float32, got int32 (2)'),
    wrong('where', [float(2), float(3), float(3)], {}, 'where: shapes do not broadcast, (2) and (3) and (3)'),
    wrong('reshape', [float(2, 3)], { shape: [4] }, 'reshape: (2, 3) has 6 elements, (4) has 4'),
    wrong('broadcast', [float(2, 3)], { shape: [3] }, 'broadcast: (2, 3) does not stretch to (3)'),
    wrong('broadcast', [float(3)], { shape: [1] }, 'broadcast: (3) does not stretch to (1)'),
    wrong('transpose', [float(2, 3)], { permutation: [0, 0] }, 'transpose: [0, 0] is no permutation of 2 axes'),
    wrong('slice', [float(4)], { begin: [2], size: [3] }, 'slice: (3) from (2) does not lie within (4)'),
    wrong('pad', [float(4)], { before: [-1], after: [0] }, 'pad: (-1) and (0) do not go around (4)'),
    wrong('concat', [float(2, 3), float(2, 4)], { axis: 0 }, 'concat: shapes differ off axis 0, (2, 3) and (2, 4)'),
    wrong('concat', [float(2), int(2)], { axis: 0 }, 'concat: types differ, float32 and int32'),
    wrong('concat', [], { axis: 0 }, 'concat: takes at least one input'),
    wrong('gather', [float(4, 2), float(3)], {}, 'gather: takes int32, got float32 (3)'),
    wrong('gather', [float(), int(3)], {}, 'gather: takes a table of rows, got a scalar'),
    wrong(
      'scatterAdd',
      [int(3), float(4, 2)],
      { rows: 5 },
      'scatterAdd: one update for each index, indices (3) and updates (4, 2)',
    ),
    wrong('crossEntropy', [float(4, 2), int(3)], {}, 'crossEntropy: one target for each row, logits (4, 2) and targets (3)'),
    wrong('geluGradient', [float(4), float(3)], {}, 'geluGradient: shapes differ, (4) and (3)'),
    wrong('argmax', [float()], {}, 'argmax: takes at least one axis, got a scalar'),
    wrong('inverseDeviation', [float()], { epsilon: 1 }, 'inverseDeviation: takes at least one axis, got a scalar'),
  ])('$message', ({ infer, message }) => {
    expect(infer).toThrow(new TypeError(message))
  })

  it.each([
    ['gather', (b: ProgramBuilder, at: Value) => b.gather(b.constant(1, [3, 2]), at)],
    ['oneHot', (b: ProgramBuilder, at: Value) => b.oneHot(at, 3)],
    ['scatterAdd', (b: ProgramBuilder, at: Value) => b.scatterAdd(at, b.constant(1, [1, 2]), 3)],
    ['crossEntropy', (b: ProgramBuilder, at: Value) => b.crossEntropy(b.constant(1, [1, 3]), at)],
  ] as const)('%s refuses an index beyond the end', (kind, build) => {
    for (const index of [3, -1]) {
      const b = new ProgramBuilder()
      b.output('y', build(b, b.dataInput('at', [1], 'int32')))
      const run = () => interpret(b.build(), { at: [index] }, {})
      expect(run).toThrow(new RangeError(`${kind}: index ${index} is not between 0 and 2`))
    }
  })
})

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length)
  return Array.from(a).reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!) / (1 + Math.abs(b[i]!))), 0)
}

/** What calibration runs: operations as training steps hold them, at a few sizes each. */
import type { Emitter } from '@core/program/emitter'
import type { Shape, Value } from '@core/program/types'

/** What a sample's operation works on, made anew for each of its repetitions. */
export interface SampleInputs {
  readonly float: (shape: Shape) => Value
  /** Integers from 0 to `rowWidth` − 1. */
  readonly integer: (shape: Shape) => Value
}

export interface Sample {
  readonly sizes: readonly (readonly number[])[]
  emit(b: Emitter, size: readonly number[], inputs: SampleInputs): Value
}

/** Rows of this width wherever an operation has rows. */
export const rowWidth = 64
const elements = [2 ** 9, 2 ** 13, 2 ** 18].map((count) => [count])
const rows = (count: number): Shape => [count / rowWidth, rowWidth]

const sample = (emit: (b: Emitter, count: number, inputs: SampleInputs) => Value): Sample => ({
  sizes: elements,
  emit: (b, [count = 1], inputs) => emit(b, count, inputs),
})

/** (rows, inner, columns) of a linear layer; the last is as wide as a small language model's. */
const plainSizes = [
  [64, 32, 32],
  [512, 32, 128],
  [768, 128, 256],
  [1024, 256, 512],
] as const
/** (matrices, rows, inner, columns) of an attention's scores, over heads and sequences. */
const batchedSizes = [
  [64, 32, 8, 32],
  [64, 64, 16, 64],
  [128, 128, 32, 128],
] as const

const product = (sizes: Sample['sizes'], transposeA: boolean, transposeB: boolean): Sample => ({
  sizes,
  emit(b, size, { float }) {
    const [inner = 1, columns = 1] = size.slice(-2)
    const [count = 1, batch] = size.slice(0, -2).toReversed()
    const lead = batch === undefined ? [] : [batch]
    const matrix = (height: number, width: number, transposed: boolean) =>
      float([...lead, ...(transposed ? [width, height] : [height, width])])
    return b.matmul(matrix(count, inner, transposeA), matrix(inner, columns, transposeB), { transposeA, transposeB })
  },
})

const unary = (
  name: 'neg' | 'exp' | 'log' | 'sqrt' | 'rsqrt' | 'square' | 'tanh' | 'sigmoid' | 'relu' | 'erf' | 'gelu',
): Sample => sample((b, count, { float }) => b[name](float([count])))
const alongRows = (name: 'softmax' | 'logSoftmax' | 'argmax'): Sample =>
  sample((b, count, { float }) => b[name](float(rows(count))))
const reduction = (name: 'sum' | 'mean' | 'max', axis: number): Sample =>
  sample((b, count, { float }) => b[name](float(rows(count)), axis))
const binary = (name: 'add' | 'sub' | 'mul' | 'div' | 'maximum' | 'equal'): Sample =>
  sample((b, count, { float }) => b[name](float([count]), float([count])))
const spread = (name: 'add' | 'sub' | 'mul' | 'div', smaller: (count: number) => Shape): Sample =>
  sample((b, count, { float }) => b[name](float(rows(count)), float(smaller(count))))

/** By the keys of `timingOf`. */
export const samples: Readonly<Record<string, Sample>> = {
  'matmul/plain/nn': product(plainSizes, false, false),
  'matmul/plain/nt': product(plainSizes, false, true),
  'matmul/plain/tn': product(plainSizes, true, false),
  'matmul/batched/nn': product(batchedSizes, false, false),
  'matmul/batched/nt': product(batchedSizes, false, true),
  'matmul/batched/tn': product(batchedSizes, true, false),

  add: binary('add'),
  sub: binary('sub'),
  mul: binary('mul'),
  div: binary('div'),
  maximum: binary('maximum'),
  equal: binary('equal'),
  'add/scalar': spread('add', () => []),
  'mul/scalar': spread('mul', () => []),
  'add/rows': spread('add', () => [rowWidth]),
  'mul/rows': spread('mul', () => [rowWidth]),
  'mul/columns': spread('mul', (count) => [count / rowWidth, 1]),
  'sub/columns': spread('sub', (count) => [count / rowWidth, 1]),
  where: sample((b, count, { float }) => b.where(float([count]), float([count]), float([count]))),

  exp: unary('exp'),
  log: unary('log'),
  sqrt: unary('sqrt'),
  square: unary('square'),
  tanh: unary('tanh'),
  sigmoid: unary('sigmoid'),
  relu: unary('relu'),
  erf: unary('erf'),
  gelu: unary('gelu'),
  geluGradient: sample((b, count, { float }) => b.geluGradient(float([count]), float([count]))),

  'sum/last': reduction('sum', -1),
  'sum/leading': reduction('sum', 0),
  'mean/last': reduction('mean', -1),
  'max/last': reduction('max', -1),
  softmax: alongRows('softmax'),
  logSoftmax: alongRows('logSoftmax'),
  argmax: alongRows('argmax'),
  standardise: sample((b, count, { float }) => b.standardise(float(rows(count)), 1e-5)),
  inverseDeviation: sample((b, count, { float }) => b.inverseDeviation(float(rows(count)), 1e-5)),
  crossEntropy: sample((b, count, { float, integer }) => b.crossEntropy(float(rows(count)), integer([count / rowWidth]))),

  transpose: sample((b, count, { float }) => b.transpose(float([1, count / 128, 4, 32]), [0, 2, 1, 3])),
  concat: sample((b, count, { float }) => b.concat([float(rows(count / 2)), float(rows(count / 2))], 0)),
  slice: sample((b, count, { float }) => b.slice(float(rows(count)), [0, 0], rows(count / 2))),
  broadcast: sample((b, count, { float }) => b.broadcast(float([1, rowWidth]), rows(count))),
  gather: sample((b, count, { float, integer }) => b.gather(float([rowWidth, rowWidth]), integer([count / rowWidth]))),
  scatterAdd: sample((b, count, { float, integer }) => b.scatterAdd(integer([count / rowWidth]), float(rows(count)), rowWidth)),
  oneHot: sample((b, count, { integer }) => b.oneHot(integer([count / rowWidth]), rowWidth)),
}

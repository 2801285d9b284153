/** Elementwise operations. XNNPACK processes 8 elements per nanosecond, a loop here one or two, exp, tanh and erf in C++ a tenth of that. */
import type { Op, OpKind } from '@core/program/types'
import { mergeAxes, rowsOf } from '../broadcasting'
import * as native from '../native'
import type { Kernel, Lowering, Lowerings, Site } from '../site'

const unary =
  <K extends OpKind>(name: Parameters<typeof native.unary>[1]): Lowering<K> =>
  (_, site) =>
    native.unary(site, name, site.inputs[0]!, site.output)

/** Float operands are processed by XNNPACK, integers by a loop. */
const arithmetic =
  <K extends OpKind>(name: Parameters<typeof native.binary>[1], apply: (a: number, b: number) => number): Lowering<K> =>
  (op, site) => {
    if (op.output.dtype === 'int32') return loop(op, site, apply)
    const [a, b] = [op.inputs[0]!, op.inputs[1]!]
    return native.binary(site, name, [site.inputs[0]!, a.shape], [site.inputs[1]!, b.shape], [site.output, op.output.shape])
  }

/** Any function of two operands, with broadcasting, for functions that the C++ kernels compute slowly or without NaN. */
function loop<K extends OpKind>(op: Op<K>, site: Site, apply: (a: number, b: number) => number): Kernel {
  const [a, b] = [op.inputs[0]!, op.inputs[1]!]
  const { count, length, steps, starts } = rowsOf(mergeAxes([a.shape, b.shape], op.output.shape))
  const [aStep, bStep] = [steps[0]!, steps[1]!]
  const [aStarts, bStarts] = [starts[0]!, starts[1]!]
  const view = (i: 0 | 1) => (op.inputs[i]!.dtype === 'int32' ? site.inputs[i]!.integers() : site.inputs[i]!.floats())
  return () => {
    const [x, y] = [view(0), view(1)]
    const z = op.output.dtype === 'int32' ? site.output.integers() : site.output.floats()
    for (let row = 0, to = 0; row < count; row++) {
      let i = aStarts[row]!
      let j = bStarts[row]!
      for (let k = 0; k < length; k++, i += aStep, j += bStep) z[to++] = apply(x[i]!, y[j]!)
    }
  }
}

const looped =
  <K extends OpKind>(apply: (a: number, b: number) => number): Lowering<K> =>
  (op, site) =>
    loop(op, site, apply)

/** Copies bits, regardless of type. */
const where: Lowering<'where'> = (op, site) => {
  const shapes = op.inputs.map(({ shape }) => shape)
  const { count, length, steps, starts } = rowsOf(mergeAxes(shapes, op.output.shape))
  const [maskStep, aStep, bStep] = [steps[0]!, steps[1]!, steps[2]!]
  const [maskStarts, aStarts, bStarts] = [starts[0]!, starts[1]!, starts[2]!]
  const [mask, a, b] = [site.inputs[0]!, site.inputs[1]!, site.inputs[2]!]
  return () => {
    const chosen = op.inputs[0]!.dtype === 'int32' ? mask.integers() : mask.floats()
    const [x, y, z] = [a.integers(), b.integers(), site.output.integers()]
    for (let row = 0, to = 0; row < count; row++) {
      let m = maskStarts[row]!
      let i = aStarts[row]!
      let j = bStarts[row]!
      for (let k = 0; k < length; k++, m += maskStep, i += aStep, j += bStep) z[to++] = chosen[m] !== 0 ? x[i]! : y[j]!
    }
  }
}

/** eˣ = σ(x) / σ(−x), to 4 units in the last place: XNNPACK has a fast sigmoid and no exp. */
const exp: Lowering<'exp'> = (op, site) => {
  const x = site.inputs[0]!
  const other = site.scratch(x.length)
  const shape = [x.length]
  return native.sequence([
    native.unary(site, '_Neg', x, other),
    native.sigmoid(site, other, other),
    native.sigmoid(site, x, site.output),
    native.binary(site, '_RealDiv', [site.output, shape], [other, shape], [site.output, shape]),
  ])
}

/** tanh(x) = 2σ(2x) − 1, for the same reason. */
const tanh: Lowering<'tanh'> = (op, site) =>
  native.sequence([
    native.withScalar(site, '_Multiply', site.inputs[0]!, 2, site.output),
    native.sigmoid(site, site.output, site.output),
    native.withScalar(site, '_Multiply', site.output, 2, site.output),
    native.withScalar(site, '_Sub', site.output, 1, site.output),
  ])

const cast: Lowering<'cast'> = (op, site) => {
  const [x, y] = [site.inputs[0]!, site.output]
  return op.attributes.dtype === 'int32' ? () => y.integers().set(x.floats()) : () => y.floats().set(x.integers())
}

export const elementwise = {
  neg: unary('_Neg'),
  exp,
  log: unary('_Log'),
  sqrt: unary('_Sqrt'),
  rsqrt: unary('_Rsqrt'),
  square: unary('_Square'),
  tanh,
  sigmoid: (_, site) => native.sigmoid(site, site.inputs[0]!, site.output),
  relu: unary('_Relu'),
  add: arithmetic('_Add', (a, b) => a + b),
  sub: arithmetic('_Sub', (a, b) => a - b),
  mul: arithmetic('_Multiply', (a, b) => a * b),
  div: arithmetic('_RealDiv', (a, b) => a / b),
  maximum: looped(Math.max),
  minimum: looped(Math.min),
  equal: looped((a, b) => Number(a === b)),
  greater: looped((a, b) => Number(a > b)),
  where,
  cast,
} satisfies Partial<Lowerings>

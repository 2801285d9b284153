/** Axis names of all values of a graph, propagated from ports, probes and weights through the operations. */
import type { Op, OpKind, Program, State, Value } from '../program/types'

/** One name per axis; empty if unknown. */
type Names = readonly string[]
type Known = ReadonlyMap<Value, Names>

/** Axes of a weight, its gradient or its moments. A matrix is (input, output). */
export function stateAxes({ axes, value: { shape } }: Pick<State, 'axes' | 'value'>): readonly string[] {
  if (axes?.length === shape.length) return axes
  return shape.length === 2 ? ['input', 'output'] : numbered(shape.length === 1 ? ['feature'] : shape.map(() => ''))
}

/** Replaces unknown names by numbers, from 1. */
const numbered = (names: Names): Names => names.map((name, axis) => name || `axis ${axis + 1}`)

/** Axis names of every value. `given` are names known beforehand, such as those of wires. */
export function axesOfValues(program: Program, given: Iterable<readonly [Value, Names]>): (value: Value) => readonly string[] {
  const known = new Map<Value, Names>()
  const learn = (value: Value, names: Names): void => {
    if (names.length !== value.shape.length) return
    const before = known.get(value)
    known.set(
      value,
      names.map((name, axis) => before?.[axis] || name),
    )
  }
  for (const { value, axes } of program.probes) learn(value, axes)
  for (const [value, axes] of given) learn(value, axes)
  for (const state of program.states) learn(state.value, stateAxes(state))
  for (const { name, value } of program.inputs) learn(value, dataAxes[name] ?? [])
  for (const op of program.ops) learn(op.output, forward(op, known))
  for (const op of program.ops.toReversed()) backward(op, known, learn)
  return (value) => numbered(known.get(value) ?? value.shape.map(() => ''))
}

const dataAxes: Readonly<Record<string, Names>> = {
  tokens: ['batch', 'token'],
  mask: ['batch', 'token'],
  source: ['batch', 'token'],
  sourceMask: ['batch', 'token'],
  features: ['batch', 'token', 'feature'],
}

const namesOf = (known: Known, value: Value | undefined): Names => (value && known.get(value)) ?? []

type Rule<K extends OpKind = OpKind> = (inputs: readonly Names[], op: Op<K>) => Names

/** Broadcasting from the last axis: a name is taken from an operand whose axis is not stretched. */
const broadcast: Rule = (inputs, { inputs: values, output }) =>
  output.shape.map((size, axis) => {
    const names = values.map(({ shape }, i) => {
      const at = axis - output.shape.length + shape.length
      return at >= 0 && shape[at] === size ? (inputs[i]?.[at] ?? '') : ''
    })
    return names.find((name) => name !== '') ?? ''
  })

const reduced: Rule<'sum' | 'mean' | 'max'> = ([x = []], { attributes: { axes, keepDims } }) =>
  x.flatMap((name, axis) => (axes.includes(axis) ? (keepDims ? ['one'] : []) : [name]))

/** Keeps the names of axes from the left and from the right whose sizes are unchanged. */
const reshaped: Rule = ([x = []], { inputs: [from], output: { shape } }) => {
  const before = from?.shape ?? []
  const firstOther = shape.findIndex((size, axis) => size !== before[axis])
  if (firstOther < 0) return x
  const fromRight = (axis: number) => before.length - (shape.length - axis)
  const lastOther = shape.findLastIndex((size, axis) => fromRight(axis) < firstOther || size !== before[fromRight(axis)])
  return shape.map((_, axis) => {
    if (axis < firstOther) return x[axis] ?? ''
    return axis > lastOther ? (x[fromRight(axis)] ?? '') : ''
  })
}

const matmul: Rule<'matmul'> = ([a = [], b = []], { attributes: { transposeA, transposeB } }) => [
  ...a.slice(0, -2),
  a.at(transposeA ? -1 : -2) ?? '',
  b.at(transposeB ? -2 : -1) ?? '',
]

const ofFirst: Rule = ([x = []]) => x
const ofLast: Rule = (inputs) => inputs.at(-1) ?? []

/** All other operations keep the axes of their operands. */
const rules: { readonly [K in OpKind]?: Rule<K> } = {
  argmax: ([x = []]) => x.slice(0, -1),
  constant: () => [],
  crossEntropy: ofLast,
  gather: ([table = [], indices = []]) => [...indices, ...table.slice(1)],
  inverseDeviation: ([x = []]) => [...x.slice(0, -1), 'one'],
  matmul,
  max: reduced,
  mean: reduced,
  oneHot: ([x = []]) => [...x, ''],
  pad: ofFirst,
  reshape: reshaped,
  scatterAdd: () => [],
  slice: ofFirst,
  concat: ofFirst,
  sum: reduced,
  transpose: ([x = []], { attributes: { permutation } }) => permutation.map((axis) => x[axis] ?? ''),
}

function forward<K extends OpKind>(op: Op<K>, known: Known): Names {
  const rule: Rule<K> = rules[op.kind] ?? broadcast
  return rule(
    op.inputs.map((input) => namesOf(known, input)),
    op,
  )
}

/** Infers the input's names from the output's if the operation only reorders axes. */
function backward(op: Op, known: Known, learn: (value: Value, names: Names) => void): void {
  const [x] = op.inputs
  const names = known.get(op.output)
  if (!x || !names) return
  if (op.kind === 'transpose') {
    const { permutation } = op.attributes
    learn(
      x,
      x.shape.map((_, axis) => names[permutation.indexOf(axis)] ?? ''),
    )
  }
}

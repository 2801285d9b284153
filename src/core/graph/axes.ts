/** Names of the axes of every value of a graph: read off ports, probes and weights, and carried from operation to operation. */
import type { Op, OpKind, Program, State, Value } from '../program/types'

/** One name for each axis; empty for an axis of which nothing is known. */
type Names = readonly string[]
type Known = ReadonlyMap<Value, Names>

/** Of a weight, its gradient or its moments. A matrix is written input × output, as it is multiplied. */
export function stateAxes({ axes, value: { shape } }: Pick<State, 'axes' | 'value'>): readonly string[] {
  if (axes?.length === shape.length) return axes
  return shape.length === 2 ? ['input', 'output'] : told(shape.length === 1 ? ['feature'] : shape.map(() => ''))
}

/** With a number in place of a name that is not known, counted from 1. */
const told = (names: Names): Names => names.map((name, axis) => name || `axis ${axis + 1}`)

/** The axes of every operation's output. `given` are those of values that are known beforehand, such as what flows along wires. */
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
  return (value) => told(known.get(value) ?? value.shape.map(() => ''))
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

/** As the operands are laid upon each other, from the last axis: a name counts where its axis is not stretched. */
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

/** Axes from the left and from the right that have kept their size. */
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

/** What is not here keeps the axes of its operands. */
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

/** What an operation's output is called says what its input is, where the one is the other in another order. */
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

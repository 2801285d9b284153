/** Writes a program: every method appends one operation, with its shape inferred, for the current block and phase. */
import { LabError } from '../errors'
import { filled, formula, isFormula, scalarOf, type Numbers } from './constants'
import type { Emitter, Operand } from './emitter'
import { operations } from './ops/index'
import { describeShape, normaliseAxes, normaliseAxis, sameShape, sizeOf } from './shapes'
import type { DType, Input, Op, OpAttributes, OpKind, Phase, Probe, Program, Shape, State, Value } from './types'

type Named<T> = T extends { readonly value: Value } ? Omit<T, 'value'> : never

export class ProgramBuilder implements Emitter {
  readonly #inputs = new Map<string, Input>()
  readonly #states = new Map<string, State>()
  readonly #ops: Op[] = []
  readonly #producers = new Map<Value, Op>()
  readonly #outputs = new Map<string, Value>()
  readonly #probes = new Map<string, Probe>()
  readonly #updates = new Map<string, Value>()
  #values = 0
  #block = ''
  #phase: Phase = 'forward'
  readonly #most: number

  /** Blocks write at most so many operations of the forward pass; one more throws LabError `graph.too-many-operations`. */
  constructor(most = Infinity) {
    this.#most = most
  }

  /** Operations so far, in order. */
  get ops(): readonly Op[] {
    return this.#ops
  }
  /** States so far, in the order of first use. */
  get states(): readonly State[] {
    return [...this.#states.values()]
  }
  /** The operation that produces a value; undefined for inputs and states. */
  producer(value: Value): Op | undefined {
    return this.#producers.get(value)
  }

  /** Runs `emit`, stamping its operations with the block. */
  withBlock<T>(block: string, emit: () => T): T {
    const before = this.#block
    this.#block = block
    try {
      return emit()
    } finally {
      this.#block = before
    }
  }
  /** Runs `emit`, stamping its operations with the phase. */
  withPhase<T>(phase: Phase, emit: () => T): T {
    const before = this.#phase
    this.#phase = phase
    try {
      return emit()
    } finally {
      this.#phase = before
    }
  }

  /** The program so far; the builder can still be used afterwards. */
  build(): Program {
    return {
      inputs: [...this.#inputs.values()],
      states: this.states,
      ops: [...this.#ops],
      outputs: new Map(this.#outputs),
      probes: [...this.#probes.values()],
      updates: new Map(this.#updates),
    }
  }

  constant(data: Numbers | number, shape?: Shape): Value {
    if (typeof data === 'number') {
      const alone = shape === undefined || shape.length === 0
      return alone ? this.constant(Float32Array.of(data), []) : this.constant(formula(filled, data, sizeOf(shape)), shape)
    }
    const size = shape ?? operations.constant.infer([], { data }).shape
    if (!isFormula(data) && sizeOf(size) !== data.length) {
      throw new TypeError(`constant: ${data.length} numbers do not fill ${describeShape(size)}`)
    }
    return this.#append('constant', [], { data }, this.#value(size, data instanceof Int32Array ? 'int32' : 'float32'))
  }

  neg = (x: Value): Value => this.#emit('neg', [x], {})
  exp = (x: Value): Value => this.#emit('exp', [x], {})
  log = (x: Value): Value => this.#emit('log', [x], {})
  sqrt = (x: Value): Value => this.#emit('sqrt', [x], {})
  rsqrt = (x: Value): Value => this.#emit('rsqrt', [x], {})
  square = (x: Value): Value => this.#emit('square', [x], {})
  tanh = (x: Value): Value => this.#emit('tanh', [x], {})
  sigmoid = (x: Value): Value => this.#emit('sigmoid', [x], {})
  relu = (x: Value): Value => this.#emit('relu', [x], {})
  erf = (x: Value): Value => this.#emit('erf', [x], {})
  gelu = (x: Value): Value => this.#emit('gelu', [x], {})
  geluGradient = (x: Value, g: Value): Value => this.#emit('geluGradient', [x, g], {})

  add(a: Operand, b: Operand): Value {
    if (this.#is(b, 0) && typeof a !== 'number') return a
    if (this.#is(a, 0) && typeof b !== 'number') return b
    return this.#emit('add', this.#operands(a, b), {})
  }
  sub(a: Operand, b: Operand): Value {
    if (this.#is(b, 0) && typeof a !== 'number') return a
    return this.#emit('sub', this.#operands(a, b), {})
  }
  mul(a: Operand, b: Operand): Value {
    if (this.#is(b, 1) && typeof a !== 'number') return a
    if (this.#is(a, 1) && typeof b !== 'number') return b
    return this.#emit('mul', this.#operands(a, b), {})
  }
  div(a: Operand, b: Operand): Value {
    if (this.#is(b, 1) && typeof a !== 'number') return a
    return this.#emit('div', this.#operands(a, b), {})
  }
  maximum = (a: Operand, b: Operand): Value => this.#emit('maximum', this.#operands(a, b), {})
  minimum = (a: Operand, b: Operand): Value => this.#emit('minimum', this.#operands(a, b), {})
  equal = (a: Operand, b: Operand): Value => this.#emit('equal', this.#operands(a, b), {})
  greater = (a: Operand, b: Operand): Value => this.#emit('greater', this.#operands(a, b), {})
  where = (mask: Value, a: Operand, b: Operand): Value => this.#emit('where', [mask, ...this.#operands(a, b)], {})

  sum = (x: Value, axes: number | readonly number[], keepDims = false): Value => this.#reduce('sum', x, axes, keepDims)
  mean = (x: Value, axes: number | readonly number[], keepDims = false): Value => this.#reduce('mean', x, axes, keepDims)
  max = (x: Value, axes: number | readonly number[], keepDims = false): Value => this.#reduce('max', x, axes, keepDims)
  argmax = (x: Value): Value => this.#emit('argmax', [x], {})

  matmul(a: Value, b: Value, { transposeA = false, transposeB = false } = {}): Value {
    return this.#emit('matmul', [a, b], { transposeA, transposeB })
  }
  softmax = (x: Value): Value => this.#emit('softmax', [x], {})
  logSoftmax = (x: Value): Value => this.#emit('logSoftmax', [x], {})
  sparsemax = (x: Value): Value => this.#emit('sparsemax', [x], {})
  standardise = (x: Value, epsilon: number): Value => this.#emit('standardise', [x], { epsilon })
  inverseDeviation = (x: Value, epsilon: number): Value => this.#emit('inverseDeviation', [x], { epsilon })
  crossEntropy = (logits: Value, targets: Value): Value => this.#emit('crossEntropy', [logits, targets], {})

  reshape(x: Value, shape: Shape): Value {
    return sameShape(x.shape, shape) ? x : this.#emit('reshape', [x], { shape })
  }
  transpose(x: Value, permutation: readonly number[]): Value {
    const axes = permutation.map((axis) => normaliseAxis(axis, x.shape.length))
    const identity = axes.length === x.shape.length && axes.every((axis, i) => axis === i)
    return identity ? x : this.#emit('transpose', [x], { permutation: axes })
  }
  concat(xs: readonly Value[], axis: number): Value {
    const [first] = xs
    if (first && xs.length === 1) return first
    return this.#emit('concat', xs, { axis: normaliseAxis(axis, first?.shape.length ?? 0) })
  }
  slice(x: Value, begin: readonly number[], size: readonly number[]): Value {
    const whole = sameShape(x.shape, size) && begin.every((start) => start === 0)
    return whole ? x : this.#emit('slice', [x], { begin, size })
  }
  pad(x: Value, before: readonly number[], after: readonly number[]): Value {
    const nothing = [...before, ...after].every((count) => count === 0)
    return nothing ? x : this.#emit('pad', [x], { before, after })
  }
  broadcast(x: Value, shape: Shape): Value {
    return sameShape(x.shape, shape) ? x : this.#emit('broadcast', [x], { shape })
  }
  cast(x: Value, dtype: DType): Value {
    return x.dtype === dtype ? x : this.#emit('cast', [x], { dtype })
  }

  gather = (table: Value, indices: Value): Value => this.#emit('gather', [table, indices], {})
  scatterAdd = (indices: Value, updates: Value, rows: number): Value => this.#emit('scatterAdd', [indices, updates], { rows })
  oneHot = (indices: Value, depth: number): Value => this.#emit('oneHot', [indices], { depth })

  dataInput(name: string, shape: Shape, dtype: DType): Value {
    return this.#declare<Input>(this.#inputs, { name, kind: 'data' }, shape, dtype)
  }
  scalarInput(name: string): Value {
    return this.#declare<Input>(this.#inputs, { name, kind: 'scalar' }, [], 'float32')
  }
  gateInput(name: string, block: string, shape: Shape): Value {
    return this.#declare<Input>(this.#inputs, { name, kind: 'gate', block }, shape, 'float32')
  }
  patchInput(name: string, block: string, part: string, axes: readonly string[], shape: Shape): Value {
    return this.#declare<Input>(this.#inputs, { name, kind: 'patch', block, part, axes }, shape, 'float32')
  }
  dropoutInput(name: string, block: string, shape: Shape, rate: number): Value {
    return this.#declare<Input>(this.#inputs, { name, kind: 'dropout', block, rate }, shape, 'float32')
  }
  state({ shape, ...state }: Parameters<Emitter['state']>[0]): Value {
    return this.#declare<State>(this.#states, state, shape, 'float32')
  }

  output(name: string, value: Value): void {
    setOnce(this.#outputs, 'output', name, value)
  }
  /** Also an output, `probe/NAME`. */
  probe(name: string, block: string, axes: readonly string[], value: Value): void {
    if (axes.length !== value.shape.length) {
      throw new Error(`probe ${name}: ${axes.length} axis names for the shape ${describeShape(value.shape)}`)
    }
    setOnce(this.#probes, 'probe', name, { name, block, axes, value })
    this.output(`probe/${name}`, value)
  }
  update(state: string, value: Value): void {
    const target = this.#states.get(state)
    if (!target) throw new Error(`update of ${state}: no such state`)
    if (!sameShape(target.value.shape, value.shape)) {
      throw new Error(`update of ${state}: ${describeShape(value.shape)} instead of ${describeShape(target.value.shape)}`)
    }
    setOnce(this.#updates, 'update', state, value)
  }

  #value(shape: Shape, dtype: DType): Value {
    return { id: this.#values++, shape, dtype }
  }

  #emit<K extends OpKind>(kind: K, inputs: readonly Value[], attributes: OpAttributes[K]): Value {
    const { shape, dtype } = operations[kind].infer(inputs, attributes)
    return this.#append(kind, inputs, attributes, this.#value(shape, dtype))
  }

  #append<K extends OpKind>(kind: K, inputs: readonly Value[], attributes: OpAttributes[K], output: Value): Value {
    if (this.#ops.length >= this.#most && this.#phase === 'forward' && this.#block !== '')
      throw new LabError('graph.too-many-operations', { most: this.#most })
    const op = { kind, inputs, output, attributes, block: this.#block, phase: this.#phase } as Op
    this.#ops.push(op)
    this.#producers.set(output, op)
    return output
  }

  #reduce(kind: 'sum' | 'mean' | 'max', x: Value, axes: number | readonly number[], keepDims: boolean): Value {
    const list = normaliseAxes(axes, x.shape.length)
    return list.length === 0 ? x : this.#emit(kind, [x], { axes: list, keepDims })
  }

  /** Two operands as values; a number takes the type of the other operand. */
  #operands(a: Operand, b: Operand): [Value, Value] {
    const number = (x: number, other: Operand) =>
      typeof other !== 'number' && other.dtype === 'int32' ? this.constant(Int32Array.of(x), []) : this.constant(x)
    return [typeof a === 'number' ? number(a, b) : a, typeof b === 'number' ? number(b, a) : b]
  }

  /** Whether an operand equals this number, given directly or as a scalar constant (such as the initial gradient of a loss). */
  #is(operand: Operand, number: number): boolean {
    if (typeof operand === 'number') return operand === number
    return scalarOf(this.#producers.get(operand)) === number
  }

  #declare<T extends Input | State>(map: Map<string, T>, named: Named<T>, shape: Shape, dtype: DType): Value {
    const known = map.get(named.name)
    if (!known) {
      const value = this.#value(shape, dtype)
      map.set(named.name, { ...named, value } as unknown as T)
      return value
    }
    if (!sameShape(known.value.shape, shape) || known.value.dtype !== dtype) {
      throw new Error(`${named.name}: asked for as ${describeShape(shape)}, first as ${describeShape(known.value.shape)}`)
    }
    return known.value
  }
}

function setOnce<T>(map: Map<string, T>, what: string, name: string, value: T): void {
  if (map.has(name)) throw new Error(`${what} ${name} is declared twice`)
  map.set(name, value)
}

/** A program, or the part that some of its outputs need, as one ONNX model. */
import { groupBy } from '../collections'
import { deadCode } from '../program/passes/dead-code'
import type { Input, Op, OpKind, Program, State, Value } from '../program/types'
import { OnnxGraph, type Dialect } from './graph'
import { lowerings } from './lowerings/index'
import { encodeModel, type OnnxModel } from './model'
import type { Lowering, Scaled, Site } from './site'

export interface EmittedInput {
  /** In the model. */
  readonly name: string
  readonly source: { readonly input: Input } | { readonly state: State }
  /** Indices that are fed must be in [0, limit). Infinity for inputs that are not indices. */
  readonly limit: number
}

export interface EmittedModel {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly inputs: readonly EmittedInput[]
  /** Names in the model: of the requested outputs, and of the updates by state. */
  readonly outputs: ReadonlyMap<string, string>
  readonly updates: ReadonlyMap<string, string>
}

export interface EmitOptions {
  /** Numbers of states that are constants of the model, which it then has packed for its products. */
  readonly fixed?: ReadonlyMap<string, Float32Array>
  readonly dialect?: Dialect
}

/** The requested outputs and, with `update`, the updates. Throws if the program has no such output. */
export function emitModel(
  program: Program,
  wanted: readonly string[],
  update: boolean,
  { fixed = new Map(), dialect = 'native' }: EmitOptions = {},
): EmittedModel {
  const part = deadCode({ ...program, updates: update ? program.updates : new Map<string, Value>() }, wanted)
  const emitter = new Emitter(part, new OnnxGraph(dialect), fixed)
  for (const op of part.ops) emitter.lower(op)
  const port = (value: Value) => emitter.graph.output(emitter.name(value), value.dtype, value.shape)
  const outputs = new Map([...part.outputs].map(([name, value]) => [name, port(value)]))
  const updates = new Map([...part.updates].map(([name, value]) => [name, port(value)]))
  const model = emitter.graph.build()
  const read = new Set(model.inputs.map(({ name }) => name))
  return { bytes: encodeModel(model), inputs: emitter.inputs().filter(({ name }) => read.has(name)), outputs, updates }
}

export interface ExchangedModel {
  readonly model: OnnxModel
  /** The inputs of the model that the program feeds or keeps, by their names in the model. */
  readonly inputs: ReadonlyMap<string, EmittedInput['source']>
  /** Names in the model. */
  readonly outputs: ReadonlyMap<string, string>
}

/** The requested outputs by operators of ONNX alone: programs that differ only in their sizes give the same nodes. */
export function emitExchangeable(program: Program, wanted: readonly string[]): ExchangedModel {
  const part = deadCode({ ...program, updates: new Map() }, wanted)
  const emitter = new Emitter(part, new OnnxGraph('exchangeable'))
  for (const op of part.ops) emitter.lower(op)
  const outputs = new Map(
    [...part.outputs].map(([name, value]) => [name, emitter.graph.output(emitter.name(value), value.dtype, value.shape)]),
  )
  const model = emitter.graph.build()
  const read = new Set(model.inputs.map(({ name }) => name))
  const inputs = emitter.inputs().filter(({ name }) => read.has(name))
  return { model, inputs: new Map(inputs.map(({ name, source }) => [name, source])), outputs }
}

/** For every float32 value that the outputs need, in order: 0 finite, 1 infinity, 2 NaN, as one output called `health`. */
export function emitHealth(
  program: Program,
  wanted: readonly string[],
): { model: EmittedModel; values: readonly Value[] } | null {
  const part = deadCode({ ...program, updates: new Map() }, wanted)
  const emitter = new Emitter(part)
  const { graph } = emitter
  for (const op of part.ops) emitter.lower(op)
  const read = new Set(part.ops.flatMap((op) => op.inputs))
  const fed = [...part.inputs, ...part.states].map(({ value }) => value).filter((value) => read.has(value))
  const values = [...fed, ...part.ops.map((op) => op.output)].filter(
    ({ dtype, shape }) => dtype === 'float32' && !shape.includes(0),
  )
  if (values.length === 0) return null
  const healths = values.map((value) => {
    const x = emitter.name(value)
    const infinite = graph.node('Where', [graph.node('IsInf', [x]), graph.float(1), graph.float(0)])
    const broken = graph.node('Where', [graph.node('IsNaN', [x]), graph.float(2), infinite])
    const flat = graph.node('Reshape', [broken, graph.integers([-1])])
    return graph.node('ReduceMax', [flat, graph.integers([0])], { keepdims: 1 })
  })
  const health = graph.output(graph.node('Concat', healths, { axis: 0 }), 'float32', [values.length])
  const built = graph.build()
  const used = new Set(built.inputs.map(({ name }) => name))
  const model: EmittedModel = {
    bytes: encodeModel(built),
    inputs: emitter.inputs().filter(({ name }) => used.has(name)),
    outputs: new Map([['health', health]]),
    updates: new Map(),
  }
  return { model, values }
}

class Emitter implements Site {
  private readonly names = new Map<Value, string>()
  private readonly producers: ReadonlyMap<Value, Op>
  private readonly useCounts = new Map<Value, number>()
  private readonly readers: ReadonlyMap<Value, readonly Op[]>
  private readonly factors = new Map<Value, Scaled>()
  private readonly limits = new Map<Value, number>()

  constructor(
    private readonly program: Program,
    readonly graph = new OnnxGraph(),
    fixed: ReadonlyMap<string, Float32Array> = new Map(),
  ) {
    this.producers = new Map(program.ops.map((op) => [op.output, op]))
    const reads = program.ops.flatMap((op) => Array.from(new Set(op.inputs), (input) => ({ op, input })))
    this.readers = new Map(
      Array.from(
        groupBy(reads, ({ input }) => input),
        ([value, all]) => [value, all.map(({ op }) => op)],
      ),
    )
    const used = [...program.ops.flatMap((op) => op.inputs), ...program.outputs.values(), ...program.updates.values()]
    for (const value of used) this.useCounts.set(value, this.uses(value) + 1)
    for (const { value } of program.inputs) this.names.set(value, this.graph.input(value.dtype, value.shape))
    for (const { name, value } of program.states) {
      const data = fixed.get(name)
      const known = data && this.graph.constant({ type: 'float32', shape: value.shape, data })
      this.names.set(value, known ?? this.graph.input(value.dtype, value.shape))
    }
  }

  inputs(): EmittedInput[] {
    const { inputs, states } = this.program
    return [
      ...inputs.map((input) => ({
        name: this.name(input.value),
        source: { input },
        limit: this.limits.get(input.value) ?? Infinity,
      })),
      ...states.map((state) => ({ name: this.name(state.value), source: { state }, limit: Infinity })),
    ]
  }

  lower<K extends OpKind>(op: Op<K>): void {
    const lowering: Lowering<K> = lowerings[op.kind]
    this.graph.block = op.block
    this.names.set(op.output, lowering(op, this))
  }

  name = (value: Value): string => {
    const name = this.names.get(value)
    if (name === undefined) throw new Error(`value ${value.id} is used before it is computed`)
    return name
  }
  isKnown(value: Value): boolean {
    return this.names.has(value)
  }
  producer(value: Value): Op | undefined {
    return this.producers.get(value)
  }
  uses(value: Value): number {
    return this.useCounts.get(value) ?? 0
  }
  users(value: Value): readonly Op[] {
    return this.readers.get(value) ?? []
  }
  scaled(value: Value): Scaled {
    return this.factors.get(value) ?? { name: this.name(value), scale: 1 }
  }
  remember(value: Value, scaled: Scaled): void {
    this.factors.set(value, scaled)
  }
  bound(indices: Value, size: number): void {
    let value = indices
    // Layout operations do not change the range of indices.
    for (let op = this.producer(value); op && moving.has(op.kind); op = this.producer(value)) value = op.inputs[0]!
    this.limits.set(value, Math.min(size, this.limits.get(value) ?? Infinity))
  }
}

const moving: ReadonlySet<OpKind> = new Set<OpKind>(['reshape', 'transpose', 'slice', 'broadcast'])

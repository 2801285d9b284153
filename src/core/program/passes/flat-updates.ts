/**
 * Optimisers treat every parameter alike, element by element. This pass turns the many small updates into one on flat vectors that
 * hold parameter after parameter, for engines that pay for each operation or each state they read and write.
 */
import { largest } from '../../collections'
import { sameShape, sizeOf } from '../shapes'
import type { Op, OpKind, Program, State, Value } from '../types'
import { deadCode } from './dead-code'

/** A state of the flat program that contains several states of the original one after another. */
export interface FlatState {
  readonly name: string
  readonly parts: readonly string[]
}

/**
 * The same step, in which parameters with the same update rule are updated as flat states. The original states stay: their values are
 * parts of the flat ones.
 */
export function flattenUpdates(program: Program): { program: Program; flats: readonly FlatState[] } {
  const flattener = new Flattener(program)
  const groups = groupLanes(flattener.lanes())
  return flattener.flatten(groups)
}

const elementwise: ReadonlySet<OpKind> = new Set<OpKind>([
  ...(['neg', 'exp', 'log', 'sqrt', 'rsqrt', 'square', 'tanh', 'sigmoid', 'relu'] as const),
  ...(['add', 'sub', 'mul', 'div', 'maximum', 'minimum', 'equal', 'greater', 'where'] as const),
])

/** A weight with its moments, and how they are updated. */
interface Lane {
  /** By kind: the weight itself as '', moments by their kind. */
  readonly states: ReadonlyMap<string, State>
  /** Values of the lane's shape from outside the update, mostly the gradient. */
  readonly leaves: readonly Value[]
  /** Operations of the update, in order. */
  readonly ops: readonly Op[]
  /** Equal for lanes with the same update rule. */
  readonly signature: string
}

function groupLanes(lanes: readonly Lane[]): Lane[][] {
  const groups = new Map<string, Lane[]>()
  for (const lane of lanes) {
    const group = groups.get(lane.signature)
    if (group) group.push(lane)
    else groups.set(lane.signature, [lane])
  }
  return [...groups.values()]
}

class Flattener {
  private readonly producers: ReadonlyMap<Value, Op>
  private nextId: number

  constructor(private readonly program: Program) {
    this.producers = new Map(program.ops.map((op) => [op.output, op]))
    const given = [...program.inputs, ...program.states].map(({ value }) => value)
    this.nextId = 1 + largest([0, ...[...given, ...this.producers.keys()].map(({ id }) => id)])
  }

  lanes(): Lane[] {
    const { states, updates } = this.program
    const byWeight = new Map<string, Map<string, State>>()
    for (const state of states) {
      if (!updates.has(state.name)) continue
      const [, kind, ...weight] = state.role === 'moment' ? state.name.split('/') : ['', '', state.name]
      const key = weight.join('/')
      if (state.role === 'buffer') continue
      byWeight.set(key, (byWeight.get(key) ?? new Map<string, State>()).set(kind!, state))
    }
    return [...byWeight.values()].flatMap((lane) => this.describe(lane) ?? [])
  }

  /** null if part of the update is not elementwise. */
  private describe(states: ReadonlyMap<string, State>): Lane | null {
    const [first] = [...states.values()]
    const { shape } = first!.value
    if (sizeOf(shape) === 0 || [...states.values()].some(({ value }) => !sameShape(value.shape, shape))) return null
    const known = new Map<Value, string>([...states].map(([kind, { value }]) => [value, `state ${kind}`]))
    const leaves: Value[] = []
    const ops: Op[] = []
    const visit = (value: Value): string | null => {
      const seen = known.get(value)
      if (seen !== undefined) return seen
      const op = this.producers.get(value)
      let text: string
      if (op?.phase === 'update' && elementwise.has(op.kind) && sameShape(value.shape, shape) && shape.length > 0) {
        const inputs = op.inputs.map(visit)
        if (inputs.includes(null)) return null
        text = `${op.kind}(${inputs.join()})`
        known.set(value, `op ${ops.length}`)
        ops.push(op)
        return text
      }
      if (value.shape.length === 0 && shape.length > 0) return `scalar ${value.id}`
      if (!sameShape(value.shape, shape) || value.dtype !== 'float32' || op?.phase === 'update') return null
      text = `leaf ${leaves.length}`
      leaves.push(value)
      known.set(value, text)
      return text
    }
    const described = [...states].map(([kind, { name }]) => [kind, visit(this.program.updates.get(name)!)] as const)
    if (described.some(([, text]) => text === null)) return null
    return { states, leaves, ops, signature: JSON.stringify(described) }
  }

  flatten(groups: readonly (readonly Lane[])[]): { program: Program; flats: readonly FlatState[] } {
    const { program } = this
    const joining: Op[] = []
    const updating: Op[] = []
    const states: State[] = []
    const updates = new Map(program.updates)
    const flats: FlatState[] = []
    const joined: { leaves: readonly Value[]; flat: Value }[] = []

    groups.forEach((lanes, index) => {
      const [first] = lanes as readonly [Lane, ...Lane[]]
      const length = lanes.reduce((total, { states: own }) => total + sizeOf([...own.values()][0]!.value.shape), 0)
      const flat = new Map<Value, Value>()
      for (const [kind, state] of first.states) {
        const name = `flat/${index}/${kind}`
        const value = this.value(length)
        flat.set(state.value, value)
        states.push({ ...state, name, value })
        flats.push({ name, parts: lanes.map((lane) => lane.states.get(kind)!.name) })
      }
      first.leaves.forEach((leaf, i) => {
        const leaves = lanes.map((lane) => lane.leaves[i]!)
        const value = this.join(leaves, joining)
        flat.set(leaf, value)
        joined.push({ leaves, flat: value })
      })
      for (const op of first.ops) {
        const output = this.value(length)
        updating.push({ ...op, inputs: op.inputs.map((input) => flat.get(input) ?? input), output, block: '' })
        flat.set(op.output, output)
      }
      for (const [kind, state] of first.states) {
        for (const lane of lanes) updates.delete(lane.states.get(kind)!.name)
        updates.set(`flat/${index}/${kind}`, flat.get(program.updates.get(state.name)!)!)
      }
    })

    const before = program.ops.filter((op) => op.phase !== 'update')
    const rest = this.joinNorms(
      program.ops.filter((op) => op.phase === 'update'),
      joined,
    )
    const ops = [...before, ...joining, ...rest, ...updating]
    return { program: deadCode({ ...program, ops, states: [...program.states, ...states], updates }), flats }
  }

  /** One vector of all elements of the leaves. */
  private join(leaves: readonly Value[], ops: Op[]): Value {
    const whole = this.uncut(leaves, ops)
    if (whole) return whole
    const vectors = leaves.map((leaf) => {
      const size = sizeOf(leaf.shape)
      return sameShape(leaf.shape, [size]) ? leaf : this.append(ops, 'reshape', [leaf], { shape: [size] }, size)
    })
    if (vectors.length === 1) return vectors[0]!
    const length = vectors.reduce((total, { shape }) => total + shape[0]!, 0)
    return this.append(ops, 'concat', vectors, { axis: 0 }, length)
  }

  /** The part of a vector that has been cut into these leaves, one after another; null if they are something else. */
  private uncut(leaves: readonly Value[], ops: Op[]): Value | null {
    const cuts = leaves.map((leaf) => this.cut(leaf))
    const [first] = cuts
    if (!first) return null
    let length = 0
    for (const [index, each] of cuts.entries()) {
      if (each?.vector !== first.vector || each.begin !== first.begin + length) return null
      length += sizeOf(leaves[index]!.shape)
    }
    const { vector, begin } = first
    if (sameShape(vector.shape, [length])) return vector
    return this.append(ops, 'slice', [vector], { begin: [begin], size: [length] }, length)
  }

  /** Of which vector a value is a part, and from which element on. */
  private cut(value: Value): { readonly vector: Value; readonly begin: number } | null {
    const reshaped = this.producers.get(value)
    const flat = reshaped?.kind === 'reshape' ? reshaped.inputs[0]! : value
    const op = this.producers.get(flat)
    if (op?.kind !== 'slice' || flat.shape.length !== 1) return null
    return { vector: op.inputs[0]!, begin: op.attributes.begin[0]! }
  }

  /** A sum over sums of the squares of all joined leaves becomes one sum of squares: the norm of the gradient. */
  private joinNorms(ops: readonly Op[], joined: readonly { leaves: readonly Value[]; flat: Value }[]): Op[] {
    const uses = new Map<Value, number>()
    const used = [...this.program.ops.flatMap((op) => op.inputs), ...this.program.outputs.values()]
    for (const value of [...used, ...this.program.updates.values()]) uses.set(value, (uses.get(value) ?? 0) + 1)
    const isSum = (value: Value) => {
      const op = this.producers.get(value)
      return op?.kind === 'add' && op.phase === 'update' && value.shape.length === 0
    }
    const inner = new Set(
      ops.filter((op) => isSum(op.output)).flatMap((op) => op.inputs.filter((input) => isSum(input) && uses.get(input) === 1)),
    )
    return ops.flatMap((op): Op[] => {
      if (!isSum(op.output) || inner.has(op.output)) return [op]
      const terms: Value[] = []
      const pending = op.inputs.toReversed()
      for (let term = pending.pop(); term; term = pending.pop()) {
        if (!inner.has(term)) terms.push(term)
        else for (const part of this.producers.get(term)!.inputs.toReversed()) pending.push(part)
      }
      const squared = new Map(terms.map((term) => [this.squareSummed(term), term]))
      const added: Op[] = []
      let remaining = terms
      for (const { leaves, flat } of joined) {
        if (leaves.length < 2 || !leaves.every((leaf) => squared.has(leaf))) continue
        const own = new Set(leaves.map((leaf) => squared.get(leaf)!))
        const square = this.append(added, 'square', [flat], {}, flat.shape[0]!)
        remaining = [
          ...remaining.filter((term) => !own.has(term)),
          this.append(added, 'sum', [square], { axes: [0], keepDims: false }),
        ]
      }
      if (added.length === 0) return [op]
      // Other operations read the output of the original one, so it is kept.
      const last = remaining.at(-1)!
      if (remaining.length === 1) return [...added.slice(0, -1), { ...added.at(-1)!, output: op.output }]
      const others = remaining.slice(0, -1).reduce((total, term) => this.append(added, 'add', [total, term], {}))
      return [...added, { ...op, inputs: [others, last] }]
    })
  }

  /** x, if the value is the sum of x² over all elements. */
  private squareSummed(value: Value): Value | undefined {
    const sum = this.producers.get(value)
    if (sum?.kind !== 'sum' || value.shape.length > 0) return undefined
    const square = this.producers.get(sum.inputs[0]!)
    return square?.kind === 'square' ? square.inputs[0] : undefined
  }

  private append<K extends OpKind>(
    ops: Op[],
    kind: K,
    inputs: readonly Value[],
    attributes: Op<K>['attributes'],
    ...shape: number[]
  ): Value {
    const output = this.value(...shape)
    ops.push({ kind, inputs, output, attributes, block: '', phase: 'update' } as Op)
    return output
  }

  private value(...shape: number[]): Value {
    return { id: this.nextId++, shape, dtype: 'float32' }
  }
}

/** Builds the blocks of a graph into one program. Prefixes the local names of a block with its node id. */
import { LabError, type ErrorCode, type ErrorParams } from '../errors'
import type { BlockBuilder, BlockRepair, Mode, Objective, WeightOptions } from '../blocks/define'
import { ProgramBuilder } from '../program/builder'
import type { GraphNode } from '../lab/document'
import { readRows } from '../number-rows'
import { sizeOf } from '../program/shapes'
import type { Shape, Value } from '../program/types'
import { matrixOnly, type Initialiser } from '../random/initialisers'
import type { Signature } from '../signature'

/** The value on a wire, with the mask and number of ids of its sequence. */
export interface Wire {
  readonly node: string
  readonly value: Value
  readonly mask: Value | null
  readonly categories: number
}

/** Thrown by a block that refuses to build, with its proposed repair. */
export class Refusal extends LabError {
  readonly repair: BlockRepair | undefined
  constructor(code: ErrorCode, params: ErrorParams, node: string, repair: BlockRepair | undefined) {
    super(code, params, { node })
    this.repair = repair
  }
}

type Carried = Pick<Wire, 'mask' | 'categories'>

export interface BuildOptions {
  readonly mode: Mode
  readonly batch: number
  /** Whether gates are emitted. Multiplying by 1 has no effect, so training steps omit them until something is muted. */
  readonly gated: boolean
  /** Whether outputs of blocks and heads can be taken from the last sequence of the batch; see `patch`. */
  readonly patched?: boolean
  /** Label smoothing; applied in training only. */
  readonly smoothing?: number
  /** Limit on the operations of all blocks in the forward pass. */
  readonly mostOperations?: number
}

export class GraphBuilder extends ProgramBuilder implements BlockBuilder {
  readonly signature: Signature
  readonly mode: Mode
  readonly batch: number
  readonly smoothing: number
  /** Set by the output block. */
  givenObjective: Objective | null = null
  /** Whether the block that is being built has placed a gate. */
  hasGate = false

  private readonly gated: boolean
  private readonly patched: boolean
  private node = ''
  private settings: Pick<GraphNode, 'frozen' | 'weights'> = {}
  private inputs: Readonly<Record<string, Wire>> = {}
  /** By output port; under '' for all ports without an entry. */
  private readonly carried = new Map<string, Carried>()
  private dropouts = 0
  /** Whether the block has adapters, which alone are trained. */
  private isAdapted = false
  private readonly beforeGate = new Map<Value, Value>()
  /** Whether blocks are being built another time. */
  private isCopy = false

  constructor(signature: Signature, options: BuildOptions) {
    super(options.mostOperations)
    this.signature = signature
    this.mode = options.mode
    this.batch = options.batch
    this.gated = options.gated
    this.patched = options.patched ?? false
    this.smoothing = options.mode === 'train' ? (options.smoothing ?? 0) : 0
  }

  /** Runs a block's `build` in the context of a node, and returns what each of its outputs carries. */
  enter(node: GraphNode, inputs: Readonly<Record<string, Wire>>, build: () => void): (port: string) => Carried {
    this.node = node.id
    this.settings = node
    this.inputs = inputs
    this.dropouts = 0
    this.hasGate = this.isAdapted = false
    this.carried.clear()
    this.withBlock(node.id, build)
    const carried = new Map(this.carried)
    const { mask, categories } = carried.get('') ?? Object.values(inputs)[0] ?? { mask: null, categories: 0 }
    return (port) => carried.get(port) ?? { mask, categories }
  }

  /**
   * Builds blocks another time, with other inputs: their weights and gates are the same, and they have no probes. Returns the objective of the
   * copy, if it has an output block; that of the model stays.
   */
  copy(build: () => void): Objective | null {
    const { givenObjective } = this
    this.isCopy = true
    try {
      this.givenObjective = null
      build()
      return this.givenObjective
    } finally {
      this.isCopy = false
      this.givenObjective = givenObjective
    }
  }

  mask(port: string): Value | null {
    return this.inputs[port]?.mask ?? null
  }

  categories(port: string): number {
    return this.inputs[port]?.categories ?? 0
  }

  source(port: string): string {
    return this.inputs[port]?.node ?? ''
  }

  carry({ mask, categories = 0 }: { mask: Value | null; categories?: number }, port = ''): void {
    this.carried.set(port, { mask, categories })
  }

  weight(name: string, shape: Shape, initialiser: Initialiser, options: WeightOptions = {}): Value {
    const { frozen, weights } = this.settings
    const own = weights?.[name]
    const chosen = own?.initialiser ?? initialiser
    if (shape.length < 2 && matrixOnly.has(chosen.kind)) {
      this.refuse('graph.not-a-matrix', { weight: name, initialiser: chosen.kind })
    }
    const columns = shape.at(-1) ?? 1
    if (chosen.kind === 'values' && !readRows(chosen.rows, sizeOf(shape) / columns, columns)) {
      this.refuse('graph.other-values', { weight: name, rows: sizeOf(shape) / columns, columns })
    }
    return this.state({
      name: `${this.node}/${name}`,
      block: this.node,
      role: 'weight',
      shape,
      initialiser: chosen,
      trainable: !frozen && !own?.frozen && (!this.isAdapted || options.adapter === true),
      decay: options.decay ?? shape.length > 1,
      axes: options.axes,
    })
  }

  freeze(): void {
    this.isAdapted = true
  }

  buffer(name: string, shape: Shape, initialiser: Initialiser, after: (before: Value) => Value): Value {
    const state = `${this.node}/${name}`
    const before = this.state({
      name: state,
      block: this.node,
      role: 'buffer',
      shape,
      initialiser,
      trainable: false,
      decay: false,
    })
    if (this.mode === 'train') this.update(state, after(before))
    return before
  }

  get place(): Value | null {
    return this.mode === 'generate' ? this.dataInput('place', [1], 'int32') : null
  }

  remember(name: string, value: Value): Value {
    if (this.mode !== 'read' && this.mode !== 'generate') return value
    const { length } = this.signature
    const [batch = 0, heads = 0, , width = 0] = value.shape
    const shape = [batch, heads, length, width]
    const cache = `${this.node}/${name}-cache`
    const kept = this.state({
      name: cache,
      block: this.node,
      role: 'buffer',
      shape: [sizeOf(shape)],
      initialiser: { kind: 'zeros' },
      trainable: false,
      decay: false,
    })
    const { place } = this
    const after = place
      ? this.where(this.reshape(this.oneHot(place, length), [length, 1]), value, this.reshape(kept, shape))
      : value
    this.update(cache, this.reshape(after, [sizeOf(shape)]))
    return after
  }

  look(name: string, axes: readonly string[], value: Value): Value {
    if (this.mode === 'inspect' && !this.isCopy) this.probe(`${this.node}/${name}`, this.node, axes, value)
    return value
  }

  gate(name: string, x: Value, shape: Shape = [1]): Value {
    this.hasGate = true
    if (!this.gated) return x
    const muted = this.mul(x, this.gateInput(`${this.node}/${name}`, this.node, shape))
    this.beforeGate.set(muted, x)
    return muted
  }

  /** The value before all gates directly behind it, which it equals while nothing is muted. */
  ungated(value: Value): Value {
    let found = value
    for (let before = this.beforeGate.get(found); before; before = this.beforeGate.get(found)) found = before
    return found
  }

  patch(part: string, axes: readonly string[], x: Value): Value {
    if (!this.patched) return x
    const [batch = 0, ...rest] = x.shape
    const shape = x.shape.slice(0, axes.length)
    const mask = this.patchInput(`${this.node}/patch/${part}`, this.node, part, axes, shape)
    const donor = this.slice(x, [batch - 1, ...rest.map(() => 0)], [1, ...rest])
    return this.where(this.reshape(mask, [...shape, ...rest.slice(axes.length - 1).map(() => 1)]), donor, x)
  }

  dropout(x: Value, rate: number): Value {
    if (this.mode !== 'train' || rate === 0) return x
    this.dropouts += 1
    return this.mul(x, this.dropoutInput(`${this.node}/dropout-${this.dropouts}`, this.node, x.shape, rate))
  }

  refuse(code: ErrorCode, params: ErrorParams, repair?: BlockRepair): never {
    throw new Refusal(code, { node: this.node, ...params }, this.node, repair)
  }

  objective(objective: Objective): void {
    this.givenObjective = objective
  }
}

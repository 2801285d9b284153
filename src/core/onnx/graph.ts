/** Collects the nodes of an ONNX graph. Equal nodes and constants are merged, so lowerings share work without knowing each other. */
import type { Shape } from '../program/types'
import type { Attribute, ElementType, OnnxModel, OnnxNode, OnnxPort, OnnxTensor } from './model'

interface Factor {
  readonly name: string
  readonly rank: number
  readonly isTransposed: boolean
}

/**
 * Who executes the graph. `native`: the kernels of ONNX Runtime's processor. `gpu`: its graphics processors, which lack some of them; every node
 * they lack costs a transfer. `exchangeable`: any runtime, by operators of ONNX itself, and without merged constants, so that graphs that differ
 * in their sizes have the same nodes.
 */
export type Dialect = 'native' | 'gpu' | 'exchangeable'

/** Larger constants are not compared. */
const comparable = 4096

export class OnnxGraph {
  readonly #nodes: OnnxNode[] = []
  readonly #known = new Map<string, readonly string[]>()
  readonly #constants = new Map<string, OnnxTensor>()
  readonly #inputs: OnnxPort[] = []
  readonly #outputs = new Map<string, OnnxPort>()
  /** Names of node outputs. */
  readonly #produced = new Set<string>()
  #names = 0
  /** Nodes that are added belong to it. */
  block = ''

  constructor(readonly dialect: Dialect = 'native') {}

  /** The names of all outputs of a node. */
  nodes(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
    count: number,
  ): readonly string[] {
    const key = JSON.stringify([type, inputs, attributes])
    const known = this.#known.get(key)
    if (known) return known
    const outputs = Array.from({ length: count }, () => this.#name())
    this.#nodes.push({ type, inputs, outputs, attributes, block: this.block })
    for (const output of outputs) this.#produced.add(output)
    this.#known.set(key, outputs)
    return outputs
  }

  /** The name of the single output of a node. */
  node(type: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    return this.nodes(type, inputs, attributes, 1)[0]!
  }

  /** alpha · (a · b) of values with these ranks, each transposed in its last two axes if wanted. */
  product(factors: readonly [Factor, Factor], alpha: number): string {
    const [a, b] = factors
    const isMatrices = a.rank === 2 && b.rank === 2
    if (this.dialect === 'native' || (this.dialect === 'gpu' && isMatrices)) {
      const transposes = { transA: Number(a.isTransposed), transB: Number(b.isTransposed) }
      const type = this.dialect === 'gpu' ? 'Gemm' : 'FusedMatMul'
      return this.node(type, [a.name, b.name], { alpha: { float: alpha }, ...transposes })
    }
    const product = this.node('MatMul', [this.#upright(a), this.#upright(b)])
    return alpha === 1 ? product : this.node('Mul', [product, this.float(alpha)])
  }

  #upright({ name, rank, isTransposed }: Factor): string {
    const axes = Array.from({ length: rank }, (_, axis) => axis)
    return isTransposed ? this.node('Transpose', [name], { perm: [...axes.slice(0, -2), rank - 1, rank - 2] }) : name
  }

  constant(tensor: OnnxTensor): string {
    const { type, shape, data } = tensor
    const key =
      data.length <= comparable && this.dialect !== 'exchangeable'
        ? `${type} [${shape.join()}] ${new Uint8Array(data.buffer, data.byteOffset, data.byteLength).join()}`
        : null
    const known = key === null ? undefined : this.#known.get(key)?.[0]
    if (known !== undefined) return known
    const name = this.#name()
    this.#constants.set(name, tensor)
    if (key !== null) this.#known.set(key, [name])
    return name
  }

  float(value: number): string {
    return this.constant({ type: 'float32', shape: [], data: Float32Array.of(value) })
  }

  /** An int64 constant, for shapes, axes and indices. */
  integers(values: readonly number[]): string {
    return this.constant({ type: 'int64', shape: [values.length], data: BigInt64Array.from(values, BigInt) })
  }

  input(type: ElementType, shape: Shape): string {
    const name = this.#name()
    this.#inputs.push({ name, type, shape })
    return name
  }

  /** Makes a value an output and returns the name of the output: its own, or a new one if it is an input, a constant or already an output. */
  output(value: string, type: ElementType, shape: Shape): string {
    const free = this.#produced.has(value) && !this.#outputs.has(value)
    const name = free ? value : this.#name()
    if (!free) this.#nodes.push({ type: 'Identity', inputs: [value], outputs: [name], attributes: {} })
    this.#outputs.set(name, { name, type, shape })
    return name
  }

  /** The graph without nodes that no output needs. */
  build(): OnnxModel {
    const needed = new Set(this.#outputs.keys())
    const nodes = this.#nodes
      .toReversed()
      .filter(({ inputs, outputs }) => {
        if (!outputs.some((name) => needed.has(name))) return false
        inputs.forEach((name) => needed.add(name))
        return true
      })
      .toReversed()
    return {
      nodes,
      constants: new Map([...this.#constants].filter(([name]) => needed.has(name))),
      inputs: this.#inputs.filter(({ name }) => needed.has(name)),
      outputs: [...this.#outputs.values()],
    }
  }

  #name(): string {
    return `v${this.#names++}`
  }
}

/** Sizes that are known only at run time, as polynomials of the batch size and the lengths, and the nodes that compute them. */
import type { OnnxNode, OnnxTensor } from './model'

export const sizeNames = ['batch', 'length', 'source'] as const
export type SizeName = (typeof sizeNames)[number]

export interface Sizes {
  readonly batch: number
  readonly length: number
  /** Of the source sequence; null if there is none. */
  readonly source: number | null
}

/** factor · the product of the terms + offset; without terms, the offset. */
export interface Expression {
  readonly terms: readonly SizeName[]
  readonly factor: number
  readonly offset: number
}

/** Products of up to so many sizes are tried: (batch · queries · keys) are reshaped together, for one. */
const mostTerms = 3

function productsOf(names: readonly SizeName[]): SizeName[][] {
  let [last, all]: [SizeName[][], SizeName[][]] = [[[]], []]
  for (let count = 1; count <= mostTerms; count++) {
    last = last.flatMap((terms) =>
      names.filter((name) => terms.every((other) => other <= name)).map((name) => [...terms, name]),
    )
    all = [...all, ...last]
  }
  return all
}

const valueOf = (terms: readonly SizeName[], sizes: Sizes): number =>
  terms.reduce((product, name) => product * (sizes[name] ?? 0), 1)

/** The expression with these values at these sizes, which must be more than the two numbers of an expression; null if there is none. */
export function expressionOf(values: readonly number[], at: readonly Sizes[], names: readonly SizeName[]): Expression | null {
  const [first = 0, second = 0] = values
  if (values.every((value) => value === first)) return { terms: [], factor: 1, offset: first }
  for (const terms of productsOf(names)) {
    const products = at.map((sizes) => valueOf(terms, sizes))
    const factor = (second - first) / (products[1]! - products[0]!)
    const offset = first - factor * products[0]!
    if (!Number.isInteger(factor) || factor === 0) continue
    if (values.every((value, index) => value === factor * products[index]! + offset)) return { terms, factor, offset }
  }
  return null
}

/** A number if it is one, else a name for a free dimension. */
export function expressionText({ terms, factor, offset }: Expression): number | string {
  if (terms.length === 0) return offset
  const text = [...(factor === 1 ? [] : [String(factor)]), ...terms.map(inputAxis)].join('*')
  return offset === 0 ? text : `${text}${offset < 0 ? '-' : '+'}${Math.abs(offset)}`
}

const inputAxis = (name: SizeName): string => (name === 'source' ? 'source_length' : name)

/** Nodes that compute sizes from the shapes of the inputs. Equal ones are added once. */
export class SizeNodes {
  readonly nodes: OnnxNode[] = []
  readonly constants = new Map<string, OnnxTensor>()
  readonly #known = new Map<string, string>()
  #count = 0

  /** The inputs that tell the sizes; the source's is the second axis of its own. */
  constructor(
    private readonly free: readonly SizeName[],
    private readonly inputs: Readonly<Record<SizeName, string | undefined>>,
  ) {}

  node(type: string, inputs: readonly string[], attributes: OnnxNode['attributes'] = {}): string {
    const key = JSON.stringify([type, inputs, attributes])
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const name = this.#name()
    this.nodes.push({ type, inputs, outputs: [name], attributes })
    this.#known.set(key, name)
    return name
  }

  constant(tensor: OnnxTensor): string {
    const name = this.#name()
    this.constants.set(name, tensor)
    return name
  }

  integers(values: readonly number[]): string {
    const key = `[${values.join()}]`
    const known =
      this.#known.get(key) ?? this.constant({ type: 'int64', shape: [values.length], data: BigInt64Array.from(values, BigInt) })
    this.#known.set(key, known)
    return known
  }

  /** One size: int64 (1). */
  size({ terms, factor, offset }: Expression): string {
    if (terms.length === 0) return this.integers([offset])
    const product = terms.map((name) => this.#read(name)).reduce((all, each) => this.node('Mul', [all, each]))
    const scaled = factor === 1 ? product : this.node('Mul', [product, this.integers([factor])])
    return offset === 0 ? scaled : this.node('Add', [scaled, this.integers([offset])])
  }

  /** Several sizes as one tensor: int64 (n). */
  vector(sizes: readonly Expression[]): string {
    if (sizes.every(({ terms }) => terms.length === 0)) return this.integers(sizes.map(({ offset }) => offset))
    const parts = sizes.map((each) => this.size(each))
    return parts.length === 1 ? parts[0]! : this.node('Concat', parts, { axis: 0 })
  }

  /** One number, repeated. */
  expand(value: string, shape: readonly Expression[]): string {
    return this.node('Expand', [value, this.vector(shape)])
  }

  /** The beginning of a table on each axis whose size is one of the free sizes; null if a size is anything else. */
  firstRows(table: string, shape: readonly Expression[]): string | null {
    const axes = shape.flatMap(({ terms }, axis) => (terms.length === 0 ? [] : [axis]))
    if (!axes.every((axis) => isPlain(shape[axis]!))) return null
    const [from, to] = [this.integers(axes.map(() => 0)), this.vector(axes.map((axis) => shape[axis]!))]
    return this.node('Slice', [table, from, to, this.integers(axes)])
  }

  /** 0, 1, … below a size: int64 (size). */
  range(size: Expression): string {
    const scalar = this.node('Squeeze', [this.size(size)])
    const number = (value: bigint): string => this.constant({ type: 'int64', shape: [], data: BigInt64Array.of(value) })
    return this.node('Range', [number(0n), scalar, number(1n)])
  }

  #read(name: SizeName): string {
    const input = this.inputs[name]
    if (input === undefined || !this.free.includes(name)) throw new Error(`no input tells the size ${name}`)
    const axis = name === 'batch' ? 0 : 1
    return this.node('Shape', [input], { start: axis, end: axis + 1 })
  }

  #name(): string {
    return `size${this.#count++}`
  }
}

/** Whether it is a free size itself. */
export const isPlain = ({ terms, factor, offset }: Expression): boolean => terms.length === 1 && factor === 1 && offset === 0

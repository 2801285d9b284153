/**
 * An ONNX model that takes any batch size and any length, although programs have static shapes: the program is compiled with several sizes,
 * and whatever differs between the resulting graphs becomes a function of the sizes that the model reads from its inputs at run time. Where the
 * graphs differ in more than numbers, as an unrolled recurrent network does, the length stays fixed.
 */
import { dequal } from 'dequal'
import type { Program } from '../program/types'
import { emitExchangeable, type EmittedInput, type ExchangedModel } from './emit'
import type { OnnxModel, OnnxNode, OnnxTensor } from './model'
import { expressionOf, expressionText, SizeNodes, type Expression, type SizeName, type Sizes } from './size-expressions'
import { slicedTable, toeplitzTable } from './size-tables'

export interface FreeModel {
  readonly model: OnnxModel
  readonly inputs: ReadonlyMap<string, EmittedInput['source']>
  readonly outputs: ReadonlyMap<string, string>
  /** Sizes that are free, with the largest that works; Infinity for any. */
  readonly free: ReadonlyMap<SizeName, number>
  /** The block that fixes the lengths, if they are; empty where it is not known. */
  readonly fixedBy: string | null
}

export interface FreeOptions {
  /** Throws where the model cannot have these sizes. */
  readonly programAt: (sizes: Sizes) => Program
  readonly wanted: readonly string[]
  /** The sizes of the model; its batch size does not matter. */
  readonly sizes: Sizes
  /** Tables that depend on positions, such as masks and sinusoids, are written for lengths up to this one, or the model's own. */
  readonly reach: number
}

/** Two graphs differ in more than what sizes explain. */
class Differs extends Error {
  constructor(readonly block: string) {
    super(`the block ${block} computes otherwise with other sizes`)
  }
}

export function emitWithFreeSizes(options: FreeOptions): FreeModel {
  try {
    return generalise(options, 'lengths')
  } catch (error) {
    return { ...generalise(options, 'batch'), fixedBy: blockOf(error) }
  }
}

/** Of a problem that has a place, or of a difference. */
function blockOf(error: unknown): string {
  if (error instanceof Differs) return error.block
  return error instanceof Error && 'node' in error && typeof error.node === 'string' ? error.node : ''
}

/** Prime and apart for each of the sizes, so that no size equals another by chance. Lengths are added to those of the model. */
const batches = [101, 103, 107, 109, 113]
const longer = [29, 37, 41, 53, 61]
const longerSource = [43, 31, 59, 47, 67]

function samplesOf({ sizes }: FreeOptions, free: 'lengths' | 'batch'): Sizes[] {
  const { length, source } = sizes
  if (free === 'batch') return batches.map((batch) => ({ ...sizes, batch }))
  return batches.map((batch, index) => ({
    batch,
    length: length + longer[index]!,
    source: source === null ? null : source + longerSource[index]!,
  }))
}

function generalise(options: FreeOptions, free: 'lengths' | 'batch'): FreeModel {
  const { programAt, wanted, sizes } = options
  const emit = (at: Sizes): ExchangedModel => emitExchangeable(programAt(at), wanted)
  const points = samplesOf(options, free)
  const first = emit(points[0]!)
  const emitted = points.map((point, index) => {
    const other = index === 0 ? first : emit(point)
    requireAlike(first.model, other.model)
    return other
  })

  const names: readonly SizeName[] = ['batch', ...(free === 'batch' ? [] : lengthsOf(sizes))]
  /** The first of these that the model reads. */
  const inputName = (data: readonly string[]): string | undefined =>
    [...first.inputs].find(([, source]) => 'input' in source && data.includes(source.input.name))?.[0]
  const [own, other] = [inputName(['tokens', 'features', 'mask']), inputName(['source', 'sourceMask'])]
  const nodes = new SizeNodes(names, { batch: own ?? other, length: own, source: other })
  const fit = (values: readonly number[], block: string): Expression => {
    const found = expressionOf(values, points, names)
    if (!found) throw new Differs(block)
    return found
  }
  const sizesOf = (shapes: readonly (readonly (number | string)[])[], block: string): Expression[] => {
    if (shapes.some(({ length }) => length !== shapes[0]!.length)) throw new Differs(block)
    return shapes[0]!.map((_, axis) =>
      fit(
        shapes.map((shape) => Number(shape[axis])),
        block,
      ),
    )
  }

  // What a state is needed for: the whole, or the first rows of a table by position.
  const renamed = new Map<string, string>()
  const most = new Map<SizeName, number>(names.map((name) => [name, Infinity]))
  const limit = (shape: readonly Expression[], to: (name: SizeName) => number): void => {
    for (const name of shape.flatMap(({ terms }) => terms)) most.set(name, Math.min(most.get(name)!, to(name)))
  }
  for (const [index, input] of first.model.inputs.entries()) {
    const source = first.inputs.get(input.name)!
    if ('input' in source) continue
    const shape = sizesOf(
      emitted.map(({ model }) => model.inputs[index]!.shape),
      source.state.block,
    )
    if (shape.every(({ terms }) => terms.length === 0)) continue
    const sliced = nodes.firstRows(input.name, shape)
    if (sliced === null) throw new Differs(source.state.block)
    renamed.set(input.name, sliced)
    limit(shape, (name) => sizes[name] ?? 0)
  }

  const readers = new Map(first.model.nodes.flatMap(({ inputs, block = '' }) => inputs.map((name) => [name, block])))
  const constants = new Map<string, OnnxTensor>()
  const reach = Math.max(options.reach, ...points.flatMap(({ length, source }) => [length, source ?? 0]))
  let far: ExchangedModel | null = null
  for (const [name, constant] of first.model.constants) {
    const all = emitted.map(({ model }) => model.constants.get(name)!)
    const block = readers.get(name) ?? ''
    if (all.every((each) => dequal(each, constant))) {
      constants.set(name, constant)
      continue
    }
    if (constant.type === 'int64') {
      const numbers = all.map(({ data }) => Array.from(data as BigInt64Array, Number))
      renamed.set(name, nodes.vector(sizesOf(numbers, block)))
      continue
    }
    const shape = sizesOf(
      all.map((each) => each.shape),
      block,
    )
    const numbers = all.map(uniformOf)
    const [number] = numbers
    if (number !== null && number !== undefined && numbers.every((other) => Object.is(other, number))) {
      renamed.set(name, nodes.expand(nodes.constant({ ...constant, shape: [], data: constant.data.slice(0, 1) }), shape))
      continue
    }
    const size = constant.type === 'float32' && numbers.every((each) => each !== null) && expressionOf(numbers, points, names)
    if (size) {
      renamed.set(name, nodes.expand(nodes.node('Cast', [nodes.size(size)], { to: 1 }), shape))
      continue
    }
    if (!far) {
      far = emit({ batch: batches[0]!, length: reach, source: sizes.source === null ? null : reach })
      requireAlike(first.model, far.model)
    }
    const table = far.model.constants.get(name)!
    const made = toeplitzTable(all, table, shape, nodes) ?? slicedTable(all, table, shape, nodes)
    if (made === null) throw new Differs(block)
    limit(shape, () => reach)
    renamed.set(name, made)
  }
  const outputs = first.model.outputs.map((port, index) => ({
    ...port,
    shape: sizesOf(
      emitted.map(({ model }) => model.outputs[index]!.shape),
      '',
    ).map(expressionText),
  }))
  const inputs = first.model.inputs.map((port, index) => {
    const shapes = emitted.map(({ model }) => model.inputs[index]!.shape)
    const isState = 'state' in first.inputs.get(port.name)!
    return isState ? port : { ...port, shape: sizesOf(shapes, '').map(expressionText) }
  })
  const rename = (name: string): string => renamed.get(name) ?? name
  const model = merged({
    nodes: [...nodes.nodes, ...first.model.nodes.map((node) => ({ ...node, inputs: node.inputs.map(rename) }))],
    constants: new Map([...nodes.constants, ...constants]),
    inputs,
    outputs,
  })
  return {
    ...{ model, inputs: first.inputs, outputs: first.outputs, fixedBy: null },
    free: most,
  }
}

const lengthsOf = ({ source }: Sizes): readonly SizeName[] => (source === null ? ['length'] : ['length', 'source'])

/** Throws Differs where the nodes are not the same. */
function requireAlike(first: OnnxModel, { nodes, inputs }: OnnxModel): void {
  const at = first.nodes.findIndex((node, index) => !dequal(node, nodes[index]))
  if (at >= 0 || nodes.length !== first.nodes.length) throw new Differs((first.nodes[at] ?? nodes.at(-1))?.block ?? '')
  if (inputs.length !== first.inputs.length) throw new Differs('')
}

/** The number that all elements are; null if there is none. */
function uniformOf({ data }: OnnxTensor): number | null {
  const value = data[0]
  if (typeof value !== 'number') return null
  return (data as Float32Array).every((other) => Object.is(other, value)) ? value : null
}

/** Larger constants are not compared. */
const comparable = 4096

/** With equal constants, and then equal nodes, only once. Outputs of the model keep their names. */
function merged(model: OnnxModel): OnnxModel {
  const same = new Map<string, string>()
  const known = new Map<string, readonly string[]>()
  const constants = new Map<string, OnnxTensor>()
  const rename = (name: string): string => same.get(name) ?? name
  for (const [name, tensor] of model.constants) {
    const { type, shape, data } = tensor
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    const key = `${type} [${shape.join()}] ${data.length <= comparable ? bytes.join() : name}`
    const [before] = known.get(key) ?? []
    if (before === undefined) {
      constants.set(name, tensor)
      known.set(key, [name])
    } else same.set(name, before)
  }
  const fixed = new Set(model.outputs.map(({ name }) => name))
  const nodes = model.nodes.flatMap((node): OnnxNode[] => {
    const inputs = node.inputs.map(rename)
    const key = JSON.stringify([node.type, inputs, node.attributes])
    const before = known.get(key)
    if (before && !node.outputs.some((name) => fixed.has(name))) {
      node.outputs.forEach((name, index) => same.set(name, before[index]!))
      return []
    }
    known.set(key, node.outputs)
    return [{ ...node, inputs }]
  })
  return { ...model, nodes, constants }
}

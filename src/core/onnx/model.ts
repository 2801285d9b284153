/** An ONNX model as data, and as the bytes of its file: the messages of onnx.proto3, fields by their numbers there. */
import type { Shape } from '../program/types'
import { ProtobufWriter } from './protobuf'

/** Numbers of TensorProto.DataType. */
const elementTypes = { float32: 1, int32: 6, int64: 7, bool: 9 } as const
export type ElementType = keyof typeof elementTypes

/** An integer, integers, a string, or a float32 marked as such. */
export type Attribute = number | readonly number[] | string | { readonly float: number }

export interface OnnxNode {
  readonly type: string
  /** Names; an empty name omits an optional input. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, Attribute>>
  /** The block that it computes a part of; for readers of the file. */
  readonly block?: string
}

export interface OnnxTensor {
  readonly type: ElementType
  readonly shape: Shape
  readonly data: Float32Array | Int32Array | BigInt64Array | Uint8Array
}

export interface OnnxPort {
  readonly name: string
  readonly type: ElementType
  /** Sizes, or the names of those that are free. */
  readonly shape: readonly (number | string)[]
}

export interface OnnxModel {
  readonly nodes: readonly OnnxNode[]
  readonly constants: ReadonlyMap<string, OnnxTensor>
  readonly inputs: readonly OnnxPort[]
  readonly outputs: readonly OnnxPort[]
  /** Texts by key, for whoever opens the file. */
  readonly metadata?: Readonly<Record<string, string>>
}

const irVersion = 8
const opset = 18
/** Operators of ONNX Runtime's own domain. */
const contributed = 'com.microsoft'
const contributedTypes: ReadonlySet<string> = new Set(['FusedMatMul', 'Gelu'])

export function encodeModel(model: OnnxModel): Uint8Array<ArrayBuffer> {
  const writer = new ProtobufWriter().integer(1, irVersion).text(2, 'attention-lab')
  writer.message(8, (id) => id.text(1, '').integer(2, opset))
  if (model.nodes.some(({ type }) => contributedTypes.has(type)))
    writer.message(8, (id) => id.text(1, contributed).integer(2, 1))
  writer.message(7, (graph) => writeGraph(graph, model))
  for (const [key, value] of Object.entries(model.metadata ?? {}))
    writer.message(14, (entry) => entry.text(1, key).text(2, value))
  return writer.finish()
}

function writeGraph(graph: ProtobufWriter, { nodes, constants, inputs, outputs }: OnnxModel): void {
  for (const node of nodes) graph.message(1, (writer) => writeNode(writer, node))
  graph.text(2, 'program')
  constants.forEach((tensor, name) => graph.message(5, (writer) => writeTensor(writer, name, tensor)))
  for (const port of inputs) graph.message(11, (writer) => writePort(writer, port))
  for (const port of outputs) graph.message(12, (writer) => writePort(writer, port))
}

function writeNode(writer: ProtobufWriter, { type, inputs, outputs, attributes, block = '' }: OnnxNode): void {
  for (const input of inputs) writer.text(1, input)
  for (const output of outputs) writer.text(2, output)
  writer.text(3, block === '' ? outputs[0]! : `${block}/${outputs[0]!}`).text(4, type)
  for (const [name, value] of Object.entries(attributes)) writer.message(5, (inner) => writeAttribute(inner, name, value))
  if (contributedTypes.has(type)) writer.text(7, contributed)
}

function writeAttribute(writer: ProtobufWriter, name: string, value: Attribute): void {
  writer.text(1, name)
  if (typeof value === 'number') writer.integer(3, value).integer(20, 2)
  else if (typeof value === 'string') writer.text(4, value).integer(20, 3)
  else if ('float' in value) writer.float(2, value.float).integer(20, 1)
  else {
    for (const each of value) writer.integer(8, each)
    writer.integer(20, 7)
  }
}

function writeTensor(writer: ProtobufWriter, name: string, { type, shape, data }: OnnxTensor): void {
  for (const size of shape) writer.integer(1, size)
  writer
    .integer(2, elementTypes[type])
    .text(8, name)
    .bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
}

function writePort(writer: ProtobufWriter, { name, type, shape }: OnnxPort): void {
  writer.text(1, name).message(2, (valueType) =>
    valueType.message(1, (tensorType) =>
      tensorType.integer(1, elementTypes[type]).message(2, (dimensions) => {
        for (const size of shape)
          dimensions.message(1, (dimension) =>
            typeof size === 'string' ? dimension.text(2, size) : dimension.integer(1, size),
          )
      }),
    ),
  )
}

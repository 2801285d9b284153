/** The bytes of a model, against those the protobuf specification gives, and its graph's economy. */
import { describe, expect, it } from 'vitest'
import { OnnxGraph } from './graph'
import { encodeModel } from './model'
import { ProtobufWriter } from './protobuf'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

describe('the wire format', () => {
  // The examples of protobuf.dev/programming-guides/encoding.
  it('writes 150 into field 1 as 08 96 01', () => expect(hex(new ProtobufWriter().integer(1, 150).finish())).toBe('089601'))
  it('writes “testing” into field 2 with its length', () =>
    expect(hex(new ProtobufWriter().text(2, 'testing').finish())).toBe('120774657374696e67'))
  it('writes a message into field 3 with its length', () =>
    expect(hex(new ProtobufWriter().message(3, (inner) => inner.integer(1, 150)).finish())).toBe('1a03089601'))
  it('writes −2 in ten bytes', () => expect(hex(new ProtobufWriter().integer(1, -2).finish())).toBe('08feffffffffffffffff01'))
  it('writes what 32 bits do not hold in as many groups of seven', () => {
    expect(hex(new ProtobufWriter().integer(1, 2 ** 32 - 1).finish())).toBe('08ffffffff0f')
    expect(hex(new ProtobufWriter().integer(1, 2 ** 35).finish())).toBe('08808080808001')
  })
  it('writes 0 as one byte', () => expect(hex(new ProtobufWriter().integer(1, 0).finish())).toBe('0800'))
  it('writes float32 in little endian', () => expect(hex(new ProtobufWriter().float(2, 1).finish())).toBe('150000803f'))
  it('takes two bytes for fields above 15', () => expect(hex(new ProtobufWriter().integer(20, 7).finish())).toBe('a00107'))
  it('grows to what is written', () => {
    const data = Uint8Array.from({ length: 5000 }, (_, i) => i % 251)
    const bytes = new ProtobufWriter().bytes(9, data).finish()
    expect(bytes.length).toBe(5003)
    expect(bytes.subarray(3)).toEqual(data)
  })
})

describe('the graph', () => {
  it('has equal nodes and constants once', () => {
    const graph = new OnnxGraph()
    const x = graph.input('float32', [2])
    expect(graph.node('Mul', [x, graph.float(2)])).toBe(graph.node('Mul', [x, graph.float(2)]))
    expect(graph.node('Mul', [x, graph.float(3)])).not.toBe(graph.node('Mul', [x, graph.float(2)]))
    expect(graph.float(0)).not.toBe(graph.float(-0))
  })

  it('drops what no output needs, inputs too', () => {
    const graph = new OnnxGraph()
    const [x, y] = [graph.input('float32', [2]), graph.input('float32', [2])]
    graph.node('Add', [y, graph.float(1)])
    const wanted = graph.node('Neg', [x])
    graph.output(wanted, 'float32', [2])
    const { nodes, constants, inputs } = graph.build()
    expect(nodes.map(({ type }) => type)).toEqual(['Neg'])
    expect(constants.size).toBe(0)
    expect(inputs.map(({ name }) => name)).toEqual([x])
  })

  it('gives outputs names of their own where they are inputs, constants or outputs already', () => {
    const graph = new OnnxGraph()
    const x = graph.input('float32', [2])
    const made = graph.node('Neg', [x])
    const names = [x, made, made, graph.float(1)].map((value) => graph.output(value, 'float32', [2]))
    expect(new Set(names).size).toBe(4)
    expect(names[1]).toBe(made)
    expect(graph.build().nodes.map(({ type }) => type)).toEqual(['Neg', 'Identity', 'Identity', 'Identity'])
  })
})

it('a model names its operators’ versions, and the domain of those that are not of ONNX itself', () => {
  const graph = new OnnxGraph()
  const x = graph.input('float32', [2, 2])
  graph.output(graph.node('FusedMatMul', [x, x], { transA: 1, alpha: { float: 0.5 } }), 'float32', [2, 2])
  const text = Buffer.from(encodeModel(graph.build())).toString('latin1')
  expect(text.match(/com\.microsoft/g)).toHaveLength(2)
  expect(text).toContain('FusedMatMul')
})

/** Operations that move data, look it up or write it down. */
import { sizeOf } from '../../program/shapes'
import type { Value } from '../../program/types'
import { reshape, type Lowerings } from '../site'

const zeros = (shape: readonly number[]) => ({ type: 'float32', shape, data: new Float32Array(sizeOf(shape)) }) as const

export const layout = {
  constant: (op, { graph }) => graph.constant({ type: op.output.dtype, shape: op.output.shape, data: op.attributes.data }),
  reshape: (op, site) => {
    const [x] = op.inputs as readonly [Value]
    const { name, scale } = site.scaled(x)
    site.remember(op.output, { name: reshape(site, name, x.shape, op.output.shape), scale })
    return reshape(site, site.name(x), x.shape, op.output.shape)
  },
  transpose: (op, { graph, name }) => graph.node('Transpose', [name(op.inputs[0]!)], { perm: op.attributes.permutation }),
  concat: (op, { graph, name }) => graph.node('Concat', op.inputs.map(name), { axis: op.attributes.axis }),
  broadcast: (op, { graph, name }) => graph.node('Expand', [name(op.inputs[0]!), graph.integers(op.output.shape)]),
  cast: (op, { graph, name }) => graph.node('Cast', [name(op.inputs[0]!)], { to: op.attributes.dtype === 'int32' ? 6 : 1 }),

  slice: (op, { graph, name }) => {
    const { begin, size } = op.attributes
    const { shape } = op.inputs[0]!
    const axes = shape.flatMap((length, axis) => (size[axis] === length ? [] : [axis]))
    if (axes.length === 0) return name(op.inputs[0]!)
    const [from, to] = [axes.map((axis) => begin[axis]!), axes.map((axis) => begin[axis]! + size[axis]!)]
    return graph.node('Slice', [name(op.inputs[0]!), graph.integers(from), graph.integers(to), graph.integers(axes)])
  },
  pad: (op, { graph, name }) => {
    const { before, after } = op.attributes
    return graph.node('Pad', [name(op.inputs[0]!), graph.integers([...before, ...after])])
  },

  gather: (op, site) => {
    const [table, indices] = [op.inputs[0]!, op.inputs[1]!]
    site.bound(indices, table.shape[0]!)
    return site.graph.node('Gather', [site.name(table), site.name(indices)], { axis: 0 })
  },
  scatterAdd: (op, site) => {
    const [indices, updates] = [op.inputs[0]!, op.inputs[1]!]
    const { graph } = site
    const { rows } = op.attributes
    site.bound(indices, rows)
    const wide = graph.node('Cast', [site.name(indices)], { to: 7 })
    const at = reshape(site, wide, indices.shape, [...indices.shape, 1])
    return graph.node('ScatterND', [graph.constant(zeros(op.output.shape)), at, site.name(updates)], { reduction: 'add' })
  },
  oneHot: (op, site) => {
    const { graph } = site
    const { depth } = op.attributes
    site.bound(op.inputs[0]!, depth)
    const values = graph.constant({ type: 'float32', shape: [2], data: Float32Array.of(0, 1) })
    // OneHot takes no single index: it becomes a row of one.
    const [{ shape }] = op.inputs as readonly [Value]
    const rows = shape.length === 0 ? [1] : shape
    const wide = graph.node('Cast', [reshape(site, site.name(op.inputs[0]!), shape, rows)], { to: 7 })
    const found = graph.node('OneHot', [wide, graph.integers([depth]), values], { axis: -1 })
    return reshape(site, found, [...rows, depth], op.output.shape)
  },
} satisfies Partial<Lowerings>

/** Operations that move data or look it up, and constants. */
import { numbersOf } from '../../program/constants'
import { sizeOf } from '../../program/shapes'
import type { Shape, Value } from '../../program/types'
import { reshape, type Lowerings, type Site } from '../site'

/**
 * Up to this many rows, a product with a one-hot matrix is the fastest way to add to rows. ScatterND would be even faster, but its
 * threads race for equal indices, so sums differ from run to run. The matrix is transposed by the product: otherwise the last bits of
 * the sums depend on the number of threads. On graphics processors ScatterElements races as well, so there it is the only way.
 */
const fewRows = 256

/** For each index, a row of `depth` numbers: 1 at the index, else 0. `at` is the indices' shape, ending in 1. */
function matches(site: Site, indices: Value, depth: number, at: Shape): string {
  const { graph } = site
  const numbers = graph.constant({
    type: 'int32',
    shape: [depth],
    data: Int32Array.from({ length: depth }, (_, i) => i),
  })
  return graph.node('Cast', [graph.node('Equal', [reshape(site, site.name(indices), indices.shape, at), numbers])], { to: 1 })
}

/** Each index repeated for every element of its row. */
function spread(site: Site, indices: Value, width: number): string {
  const count = sizeOf(indices.shape)
  const column = reshape(site, site.name(indices), indices.shape, [count, 1])
  return site.graph.node('Expand', [column, site.graph.integers([count, width])])
}

const zeros = (shape: readonly number[]) => ({ type: 'float32', shape, data: new Float32Array(sizeOf(shape)) }) as const

export const layout = {
  constant: ({ output: { dtype, shape }, attributes }, { graph }) =>
    graph.constant({ type: dtype, shape, data: numbersOf(attributes.data, shape) }),
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
    const count = sizeOf(indices.shape)
    const width = sizeOf(op.output.shape) / rows
    const changes = reshape(site, site.name(updates), updates.shape, [count, width])
    const result =
      rows <= fewRows || graph.dialect === 'gpu'
        ? graph.product(
            [
              { name: matches(site, indices, rows, [count, 1]), rank: 2, isTransposed: true },
              { name: changes, rank: 2, isTransposed: false },
            ],
            1,
          )
        : graph.node('ScatterElements', [graph.constant(zeros([rows, width])), spread(site, indices, width), changes], {
            axis: 0,
            reduction: 'add',
          })
    return reshape(site, result, [rows, width], op.output.shape)
  },
  oneHot: (op, site) => {
    const [indices] = op.inputs as readonly [Value]
    const { depth } = op.attributes
    site.bound(indices, depth)
    return matches(site, indices, depth, [...indices.shape, 1])
  },
} satisfies Partial<Lowerings>

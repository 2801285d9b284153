/** Sums, means and maxima over axes. */
import { keptShape } from '../../program/ops/reduction'
import { sizeOf } from '../../program/shapes'
import type { Op } from '../../program/types'
import { reshape, type Lowerings, type Site } from '../site'

/**
 * Sum over axes times `factor`. Over the first axes it is a product with a row of equal numbers, which runs at the speed of memory
 * on all threads; ReduceSum there is slower the more threads there are.
 */
function sum(op: Op<'sum' | 'mean'>, factor: number, site: Site): string {
  const { graph } = site
  const x = op.inputs[0]!
  const { axes, keepDims } = op.attributes
  const rows = axes.reduce((product, axis) => product * x.shape[axis]!, 1)
  const columns = sizeOf(x.shape) / rows
  const leading = axes.every((axis, i) => axis === i)
  if (leading && columns > 1 && rows > 0) {
    const ones = graph.constant({ type: 'float32', shape: [1, rows], data: new Float32Array(rows).fill(factor) })
    const total = graph.node('MatMul', [ones, reshape(site, site.name(x), x.shape, [rows, columns])])
    return reshape(site, total, [1, columns], op.output.shape)
  }
  const type = factor === 1 ? 'ReduceSum' : 'ReduceMean'
  return graph.node(type, [site.name(x), graph.integers(axes)], { keepdims: Number(keepDims) })
}

/** The largest, or NaN where there is one: ReduceMax alone passes over NaN. */
function max(op: Op<'max'>, site: Site): string {
  const { graph } = site
  const x = site.name(op.inputs[0]!)
  const { shape } = op.inputs[0]!
  const axes = graph.integers(op.attributes.axes)
  const broken = graph.node('Cast', [graph.node('IsNaN', [x])], { to: 1 })
  const [largest, anyBroken] = [x, broken].map((each) => graph.node('ReduceMax', [each, axes], { keepdims: 1 }))
  const truth = graph.node('Cast', [anyBroken!], { to: 9 })
  return reshape(
    site,
    graph.node('Where', [truth, graph.float(NaN), largest!]),
    keptShape(shape, op.attributes.axes),
    op.output.shape,
  )
}

export const reductions = {
  sum: (op, site) => sum(op, 1, site),
  mean: (op, site) => sum(op, sizeOf(op.output.shape) / sizeOf(op.inputs[0]!.shape), site),
  max,
} satisfies Partial<Lowerings>

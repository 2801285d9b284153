/** Sums, means and maxima over axes. */
import { keptShape } from '../../program/ops/reduction'
import { lastSize, sizeOf } from '../../program/shapes'
import type { Op, Value } from '../../program/types'
import { reshape, type Lowerings, type Site } from '../site'

/**
 * Sum over axes times `factor`. Over the first axes it is a product with a row of equal numbers, which is memory-bound
 * on all threads; ReduceSum gets slower there with every thread.
 */
function sum(op: Op<'sum' | 'mean'>, factor: number, site: Site): string {
  const { graph } = site
  const x = op.inputs[0]!
  const { axes, keepDims } = op.attributes
  const rows = axes.reduce((product, axis) => product * x.shape[axis]!, 1)
  const columns = sizeOf(x.shape) / rows
  const leading = axes.every((axis, i) => axis === i)
  if (leading && columns > 1 && rows > 0) {
    const { name, scale } = site.scaled(x)
    const weights = graph.constant({ type: 'float32', shape: [1, rows], data: new Float32Array(rows).fill(factor * scale) })
    const total = graph.node('MatMul', [weights, reshape(site, name, x.shape, [rows, columns])])
    return reshape(site, total, [1, columns], op.output.shape)
  }
  const square = site.producer(x)
  if (square?.kind === 'square' && factor === 1 && site.uses(x) === 1) {
    return graph.node('ReduceSumSquare', [site.name(square.inputs[0]!), graph.integers(axes)], { keepdims: Number(keepDims) })
  }
  const type = factor === 1 ? 'ReduceSum' : 'ReduceMean'
  return graph.node(type, [site.name(x), graph.integers(axes)], { keepdims: Number(keepDims) })
}

/**
 * Σₖ (d·vᵀ)ₖ·pₖ over the last axis is d·(p·v), and p·v is already available: the sum in the gradient of softmax, over the output
 * of attention instead of all its weights. The name of the operand, or undefined.
 */
function weightedSum(op: Op<'sum'>, site: Site): string | undefined {
  const x = op.inputs[0]!
  const product = site.producer(x)
  if (product?.kind !== 'mul' || op.attributes.axes.join() !== String(x.shape.length - 1)) return undefined
  const [first, second] = product.inputs as readonly [Value, Value]
  for (const [slope, weights] of [
    [first, second],
    [second, first],
  ] as const) {
    const made = site.producer(slope)
    if (made?.kind !== 'matmul' || made.attributes.transposeA || !made.attributes.transposeB) continue
    const [d, v] = made.inputs as readonly [Value, Value]
    const result = site.users(weights).find((user) => {
      const plain = user.kind === 'matmul' && !user.attributes.transposeA && !user.attributes.transposeB
      return plain && user.inputs[0] === weights && user.inputs[1] === v && site.isKnown(user.output)
    })
    if (!result || lastSize(v.shape) >= lastSize(weights.shape) || v.shape.length !== weights.shape.length) continue
    return site.graph.node('Mul', [site.name(d), site.name(result.output)])
  }
  return undefined
}

/** The maximum, or NaN if there is one: ReduceMax on its own ignores NaN. */
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
  sum: (op, site) => {
    const weighted = weightedSum(op, site)
    if (weighted === undefined) return sum(op, 1, site)
    const { axes, keepDims } = op.attributes
    return site.graph.node('ReduceSum', [weighted, site.graph.integers(axes)], { keepdims: Number(keepDims) })
  },
  mean: (op, site) => sum(op, sizeOf(op.output.shape) / sizeOf(op.inputs[0]!.shape), site),
  max,
} satisfies Partial<Lowerings>

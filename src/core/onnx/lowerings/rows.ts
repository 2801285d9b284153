/** Over the last axis: softmax and its relatives, standardisation, argmax. */
import { lastSize } from '../../program/shapes'
import type { Value } from '../../program/types'
import { reshape, type Lowerings, type Site } from '../site'

/** [standardised, mean, 1 / deviation]: one node for the forward pass and the backward pass, as equal nodes are one. */
function layerNormalisation(x: Value, epsilon: number, site: Site): readonly string[] {
  const width = lastSize(x.shape)
  const ones = site.graph.constant({ type: 'float32', shape: [width], data: new Float32Array(width).fill(1) })
  return site.graph.nodes('LayerNormalization', [site.name(x), ones], { axis: -1, epsilon: { float: epsilon } }, 3)
}

/** Graphics processors have no kernel for it, so there it is composed. */
function logSoftmax(x: string, { graph }: Site): string {
  if (graph.dialect !== 'gpu') return graph.node('LogSoftmax', [x], { axis: -1 })
  const last = graph.integers([-1])
  const shifted = graph.node('Sub', [x, graph.node('ReduceMax', [x, last], { keepdims: 1 })])
  const total = graph.node('ReduceSum', [graph.node('Exp', [shifted]), last], { keepdims: 1 })
  return graph.node('Sub', [shifted, graph.node('Log', [total])])
}

export const rows = {
  softmax: (op, site) => site.graph.node('Softmax', [site.name(op.inputs[0]!)], { axis: -1 }),
  logSoftmax: (op, site) => logSoftmax(site.name(op.inputs[0]!), site),
  // The maximum of the row is subtracted first: next to very negative numbers, such as those of a mask, 1 would be lost to rounding.
  sparsemax: (op, site) => {
    const { graph } = site
    const [x, width] = [site.name(op.inputs[0]!), lastSize(op.output.shape)]
    const last = graph.integers([-1])
    const axis = graph.constant({ type: 'int64', shape: [], data: BigInt64Array.of(-1n) })
    const shifted = graph.node('Sub', [x, graph.node('ReduceMax', [x, last], { keepdims: 1 })])
    const [descending = ''] = graph.nodes('TopK', [shifted, graph.integers([width])], { axis: -1 }, 2)
    const counts = graph.constant({
      type: 'float32',
      shape: [width],
      data: Float32Array.from({ length: width }, (_, i) => i + 1),
    })
    const above = graph.node('Add', [graph.node('Mul', [descending, counts]), graph.float(1)])
    const within = graph.node('Cast', [graph.node('Greater', [above, graph.node('CumSum', [descending, axis])])], { to: 1 })
    const sum = graph.node('ReduceSum', [graph.node('Mul', [descending, within]), last], { keepdims: 1 })
    const count = graph.node('ReduceSum', [within, last], { keepdims: 1 })
    const threshold = graph.node('Div', [graph.node('Sub', [sum, graph.float(1)]), count])
    return graph.node('Relu', [graph.node('Sub', [shifted, threshold])])
  },

  standardise: (op, site) => layerNormalisation(op.inputs[0]!, op.attributes.epsilon, site)[0]!,
  inverseDeviation: (op, site) => layerNormalisation(op.inputs[0]!, op.attributes.epsilon, site)[2]!,

  crossEntropy: (op, site) => {
    const [logits, targets] = [op.inputs[0]!, op.inputs[1]!]
    site.bound(targets, lastSize(logits.shape))
    const { graph } = site
    const logarithms = logSoftmax(site.name(logits), site)
    const at = reshape(site, site.name(targets), targets.shape, [...targets.shape, 1])
    const chosen = graph.node('GatherElements', [logarithms, at], { axis: -1 })
    return reshape(site, graph.node('Neg', [chosen]), [...targets.shape, 1], op.output.shape)
  },

  argmax: (op, site) => {
    const { graph } = site
    const at = graph.node('ArgMax', [site.name(op.inputs[0]!)], { axis: -1, keepdims: 0 })
    return graph.node('Cast', [at], { to: 6 })
  },
} satisfies Partial<Lowerings>

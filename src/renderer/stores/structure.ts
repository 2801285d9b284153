/** When two documents are the same as far as a model and its training are concerned. Positions, titles and key order do not count. */
import type { LabDocument } from '@core/lab/document'

/** Same graph, task and batch size: the same shapes, cost and problems. */
export function sameStructure(a: LabDocument, b: LabDocument): boolean {
  if (a === b) return true
  return (
    sameData(a.task, b.task) &&
    a.training.batchSize === b.training.batchSize &&
    sameData(a.graph.edges, b.graph.edges) &&
    a.graph.nodes.length === b.graph.nodes.length &&
    a.graph.nodes.every((node, i) => {
      const other = b.graph.nodes[i]
      return other !== undefined && node.id === other.id && node.kind === other.kind && sameData(node.params, other.params)
    })
  )
}

/** Also the same training, but for what can be changed while it runs. */
export function sameExperiment(a: LabDocument, b: LabDocument): boolean {
  return sameStructure(a, b) && sameData({ ...a.training, learningRate: 0 }, { ...b.training, learningRate: 0 })
}

const sameData = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b)

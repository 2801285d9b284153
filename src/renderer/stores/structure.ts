/** When two documents are the same as far as a model and its training are concerned. Positions, titles and key order do not count. */
import type { Graph, GraphNode, LabDocument } from '@core/lab/document'

/** Same graph, task and batch size: the same shapes, cost and problems. */
export function sameStructure(a: LabDocument, b: LabDocument): boolean {
  if (a === b) return true
  return sameData(a.task, b.task) && a.training.batchSize === b.training.batchSize && sameGraph(a.graph, b.graph)
}

function sameGraph(a: Graph, b: Graph): boolean {
  return sameData(a.edges, b.edges) && sameNodes(a.nodes, b.nodes) && (a.groups === b.groups || sameGroups(a, b))
}

const sameNodes = (a: readonly GraphNode[], b: readonly GraphNode[]): boolean =>
  a === b || (a.length === b.length && a.every((node, i) => node === b[i] || sameData(unplaced(node), b[i] && unplaced(b[i]))))

const unplaced = ({ id, kind, params, frozen, weights }: GraphNode): unknown => [id, kind, params, frozen, weights]

function sameGroups({ groups: a = {} }: Graph, { groups: b = {} }: Graph): boolean {
  const bare = (groups: NonNullable<Graph['groups']>): unknown =>
    Object.entries(groups).map(([name, { title: _title, nodes, ...rest }]) => [name, nodes.map(unplaced), rest])
  return sameData(bare(a), bare(b))
}

/** Also the same training, but for what can be changed while it runs. */
export function sameExperiment(a: LabDocument, b: LabDocument): boolean {
  return sameStructure(a, b) && sameData({ ...a.training, learningRate: 0 }, { ...b.training, learningRate: 0 })
}

const sameData = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b)

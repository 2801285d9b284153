/** Equality of documents with respect to the model and its training. Ignores positions, names, titles and key order. */
import { dequal } from 'dequal/lite'
import { labToKeep } from './kept'
import type { Graph, GraphNode, GroupDefinition, LabDocument } from './document'

/** Same graph, task and batch size, hence same shapes, cost and problems. */
export const sameStructure = (a: LabDocument, b: LabDocument): boolean =>
  a === b ||
  (dequal(labToKeep(a).task, labToKeep(b).task) && a.training.batchSize === b.training.batchSize && sameGraph(a.graph, b.graph))

/** Also the same seed, which all checkpoints of a run share, even if it was resumed with more steps. */
export const sameRun = (a: LabDocument, b: LabDocument): boolean => sameStructure(a, b) && a.training.seed === b.training.seed

/** Also the same training settings, except those that can change during a run. */
export const sameExperiment = (a: LabDocument, b: LabDocument): boolean =>
  sameStructure(a, b) && dequal({ ...a.training, learningRate: 0 }, { ...b.training, learningRate: 0 })

/** Same training settings too, except the seed: runs over which a metric can be averaged. */
export const sameButSeed = (a: LabDocument, b: LabDocument): boolean =>
  sameStructure(a, b) && dequal({ ...a.training, seed: 0 }, { ...b.training, seed: 0 })

const sameGraph = (a: Graph, b: Graph): boolean =>
  a === b || (dequal(a.edges, b.edges) && sameNodes(a.nodes, b.nodes) && sameGroups(a.groups, b.groups))

const sameNodes = (a: readonly GraphNode[], b: readonly GraphNode[]): boolean =>
  a === b || (a.length === b.length && a.every((node, i) => node === b[i] || dequal(bare(node), b[i] && bare(b[i]))))

const bare = ({ position: _, name: __, ...rest }: GraphNode): unknown => rest

function sameGroups(a: Graph['groups'] = {}, b: Graph['groups'] = {}): boolean {
  const names = Object.keys(a)
  return (
    a === b ||
    (names.length === Object.keys(b).length &&
      names.every((name) => Object.hasOwn(b, name) && sameDefinition(a[name]!, b[name]!)))
  )
}

export function sameDefinition(a: GroupDefinition, b: GroupDefinition): boolean {
  const ports = ({ title: _, nodes: __, ...rest }: GroupDefinition): unknown => rest
  return a === b || (sameNodes(a.nodes, b.nodes) && dequal(ports(a), ports(b)))
}

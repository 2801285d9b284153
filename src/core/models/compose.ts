/** Composes lab documents block by block, for standard models, experiments and built-in labs. */
import { blockByKind } from '../blocks'
import { training, type GraphEdge, type GraphNode, type LabDocument, type PortRef } from '../lab/document'

/** A graph under construction. Blocks are referred to by id; an input is connected to `node`, by its first output, or to `node.port`. */
export class Composition {
  readonly nodes: GraphNode[] = []
  readonly edges: GraphEdge[] = []

  /** Adds a block with default parameters unless given, and returns its id. */
  place(id: string, kind: string, params: GraphNode['params'] = {}, inputs: Readonly<Record<string, string>> = {}): string {
    const defaults = blockByKind(kind)?.params.parse({})
    this.nodes.push({ id, kind, params: { ...defaults, ...params }, position: { x: 200 * this.nodes.length, y: 0 } })
    for (const [port, source] of Object.entries(inputs)) this.edges.push({ from: this.output(source), to: { node: id, port } })
    return id
  }

  private output(source: string): PortRef {
    const [node = '', port] = source.split('.')
    const kind = this.nodes.find((each) => each.id === node)?.kind ?? ''
    return { node, port: port ?? Object.keys(blockByKind(kind)?.outputs ?? {})[0] ?? 'y' }
  }
}

export interface Composed extends Pick<LabDocument, 'task' | 'questions' | 'goal'> {
  readonly title?: LabDocument['title']
  readonly summary?: LabDocument['summary']
  /** Overrides of the defaults. */
  readonly training?: Readonly<Record<string, unknown>>
}

/** A lab whose graph `compose` builds. */
export function composeLab(
  { title = '', summary = '', training: settings, ...said }: Composed,
  compose: (c: Composition) => void,
): LabDocument {
  const c = new Composition()
  compose(c)
  const { nodes, edges } = c
  return {
    format: 'attention-lab',
    version: 1,
    title,
    summary,
    ...said,
    graph: { nodes, edges },
    training: training.parse(settings ?? {}),
  }
}

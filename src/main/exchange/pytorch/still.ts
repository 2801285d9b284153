/** Labs without dropout: its random numbers exist here only, so results are compared without it. */
import { blockByKind } from '@core/blocks'
import { expandGroups } from '@core/graph/expansion'
import type { LabDocument } from '@core/lab/document'

/** With the blocks of its groups in their place. */
export const expanded = (lab: LabDocument): LabDocument => ({ ...lab, graph: expandGroups(lab.graph).graph })

/** Of an expanded lab. */
export function withoutDropout(lab: LabDocument): LabDocument {
  const nodes = lab.graph.nodes.map((node) => {
    const names = node.kind === 'dropout' ? ['rate'] : ['dropout', 'weightDropout']
    const known = names.filter((name) => blockByKind(node.kind)?.params.shape[name] !== undefined)
    return { ...node, params: { ...node.params, ...Object.fromEntries(known.map((name) => [name, 0])) } }
  })
  return { ...lab, graph: { ...lab.graph, nodes } }
}

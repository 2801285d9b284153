/** Which of the task's sequences a block works on. */
import { blockByKind } from '@core/blocks'
import type { LabDocument } from '@core/lab/document'

export type SequenceName = 'tokens' | 'source'

/** That of the Tokens block which an input comes from: back along first inputs. The block's own first input unless a port is named. */
export function sequenceOf({ graph }: LabDocument, node: string, port?: string): SequenceName {
  const nodeOf = (id: string) => graph.nodes.find((candidate) => candidate.id === id)
  let at = nodeOf(node)
  let entry = port
  for (let steps = 0; at && steps <= graph.nodes.length; steps++) {
    if (at.kind === 'tokens') return at.params['sequence'] === 'source' ? 'source' : 'tokens'
    const { id } = at
    const [first] = Object.keys(blockByKind(at.kind)?.inputs ?? {})
    const wanted = entry ?? first
    const edge = graph.edges.find(({ to }) => to.node === id && (wanted === undefined || to.port === wanted))
    at = edge && nodeOf(edge.from.node)
    entry = undefined
  }
  return 'tokens'
}

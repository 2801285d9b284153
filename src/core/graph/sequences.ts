/** Which of the task's sequences a block works on, and its tokens in the chosen sample. */
import { blockByKind } from '../blocks'
import type { LabDocument } from '../lab/document'
import type { SequenceSignature } from '../signature'
import type { TaskSpec } from '../tasks/types'
import type { Tokeniser } from '../tokenisers'
import { lookupOf } from './lookup'

type SequenceName = 'tokens' | 'source'

/**
 * The sequence of the Tokens block behind an input, followed along first inputs. Starts at the block's first input unless a port is given.
 */
export function sequenceOf({ graph }: LabDocument, node: string, port?: string): SequenceName {
  const { nodes, entering } = lookupOf(graph)
  let at = nodes.get(node)
  let entry = port
  for (let steps = 0; at && steps <= graph.nodes.length; steps++) {
    if (at.kind === 'tokens') return at.params['sequence'] === 'source' ? 'source' : 'tokens'
    const [first] = Object.keys(blockByKind(at.kind)?.inputs ?? {})
    const wanted = entry ?? first
    const edge = entering.get(at.id)?.find(({ to }) => wanted === undefined || to.port === wanted)
    at = edge && nodes.get(edge.from.node)
    entry = undefined
  }
  return 'tokens'
}

/** Token ids of a sample by sequence; null if the task has no second sequence. */
export type SampleTokens = Readonly<Record<SequenceName, Int32Array | null>>

/** The sequence at a block or port, with the token ids of the chosen sample; null before there is one. */
export interface SeenSequence {
  readonly signature: SequenceSignature | null
  readonly tokeniser: Tokeniser | null
  readonly ids: readonly number[] | null
}

export function sequenceAt(
  { document, spec, sample }: { document: LabDocument | null; spec: TaskSpec | null; sample: SampleTokens | null },
  node: string,
  port?: string,
): SeenSequence {
  const name = document ? sequenceOf(document, node, port) : 'tokens'
  const given = sample?.[name]
  const ids = given ? Array.from(given) : null
  if (!spec) return { signature: null, tokeniser: null, ids }
  const { signature, tokeniser, source } = spec
  return name === 'source' ? { signature: signature.source, tokeniser: source, ids } : { signature, tokeniser, ids }
}

/** The sequence that attention reads: the block's memory, if it has one, or its input. */
export function memoryAt(from: Parameters<typeof sequenceAt>[0], node: string): SeenSequence {
  const kind = from.document && lookupOf(from.document.graph).nodes.get(node)?.kind
  return sequenceAt(from, node, blockByKind(kind ?? '')?.inputs['memory'] && 'memory')
}

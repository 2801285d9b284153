/** Properties of a graph that a rubric can ask for: one line each in the table. */
import { z } from 'zod'
import type { Analysis } from '../graph/analysis'
import { buildGraph } from '../graph/build'
import { expandGroups } from '../graph/expansion'
import { seesNextToken } from '../graph/lookahead'
import type { LabDocument } from '../lab/document'
import type { Signature } from '../signature'

const kinds = z.array(z.string().max(64)).min(1).max(20)

export const predicate = z.discriminatedUnion('is', [
  /** No output depends on later tokens. */
  z.strictObject({ is: z.literal('causal') }),
  /** At most so many trainable parameters. */
  z.strictObject({ is: z.literal('parameters'), atMost: z.number().int().nonnegative() }),
  /** At least so many blocks of one of these kinds, inside groups too. */
  z.strictObject({ is: z.literal('uses'), kinds, atLeast: z.number().int().min(1).default(1) }),
  /** No block of these kinds, inside groups either. */
  z.strictObject({ is: z.literal('avoids'), kinds }),
])
export type Predicate = z.output<typeof predicate>
type Of<P extends Predicate['is']> = Extract<Predicate, { is: P }>

export interface GraphSubject {
  readonly lab: LabDocument
  readonly signature: Signature
  /** Of a valid graph. */
  readonly analysis: Analysis
}

const table: { readonly [P in Predicate['is']]: (predicate: Of<P>, subject: GraphSubject) => boolean } = {
  causal: (_, { lab, signature }) => !seesLaterTokens(lab, signature),
  parameters: ({ atMost }, { analysis }) => analysis.parameters <= atMost,
  uses: ({ kinds, atLeast }, { lab }) => count(lab, kinds) >= atLeast,
  avoids: ({ kinds }, { lab }) => count(lab, kinds) === 0,
}

export const satisfies = (given: Predicate, subject: GraphSubject): boolean =>
  (table[given.is] as (predicate: Predicate, subject: GraphSubject) => boolean)(given, subject)

/** Blocks of these kinds, with those of every use of a group. */
const count = ({ graph }: LabDocument, kinds: readonly string[]): number =>
  expandGroups(graph).graph.nodes.filter(({ kind }) => kinds.includes(kind)).length

const seesLaterTokens = ({ graph, training }: LabDocument, signature: Signature): boolean =>
  seesNextToken(buildGraph(graph, signature, { mode: 'inspect', batch: training.batchSize, gated: true })).length > 0

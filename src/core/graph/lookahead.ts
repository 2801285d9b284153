/**
 * Finds blocks that leak the next token into a model that predicts it: outputs at token t must depend on tokens up to t only. Followed from
 * block to block, because one block without a causal mask defeats the masks of all others.
 */
import type { GraphNode } from '../lab/document'
import type { Axis, Lookahead, LookaheadOf } from '../blocks/define'
import { groupBy } from '../collections'
import type { Diagnostic } from './analysis'
import { Refusal } from './graph-builder'
import { refusalProblem } from './problems'
import { ancestors, portKey, portOf, type Place } from './structure'
import { axesOf, distinct, settingsOf, type TypedWire, type Walked, type Wires } from './walk'

/** One problem for each block that looks ahead although its inputs do not. The graph must be valid and have a next-token output. */
export function seesNextToken({ order, plugged, wires, outward }: Walked): readonly Diagnostic[] {
  const known = new Map<string, Lookahead>()
  const causes: { readonly node: GraphNode; readonly lookahead: Lookahead }[] = []
  for (const place of order) {
    const { node, block } = place
    const incoming: Record<string, TypedWire> = {}
    const looks: Record<string, Lookahead> = {}
    for (const port of Object.keys(block.inputs)) {
      const edge = plugged.get(portKey({ node: node.id, port }))
      const wire = edge && wires.get(portKey(edge.from))
      if (!wire) continue
      incoming[port] = wire
      looks[port] = known.get(portKey(edge.from)) ?? none
    }
    const found = lookaheadOf(place, incoming, looks)
    for (const port of Object.keys(block.outputs))
      known.set(portKey({ node: node.id, port }), seenAt(place, port, incoming, found))
    // Vectors matter only once they are combined with tokens, so they are not counted here.
    const ofTokens = Object.keys(incoming).filter((port) => hasTokens(incoming[port]!.axes))
    const before = Math.max(...ofTokens.map((port) => looks[port]!.tokens), none.tokens)
    if (block.family === 'output' && before <= 0) return []
    const givesTokens = Object.values(block.outputs).some((type) => hasTokens(axesOf(type, incoming)))
    if (givesTokens && found.tokens > 0 && before <= 0) causes.push({ node, lookahead: found })
  }
  const output = order.find(({ block }) => block.family === 'output')
  const entering = groupBy([...plugged.values()], ({ to }) => to.node)
  const leading = ancestors(entering, output?.node.id ?? '')
  const problems = causes
    .filter(({ node }) => leading.has(node.id))
    .map(({ node, lookahead }) =>
      refusalProblem(new Refusal('graph.sees-next', { node: node.id }, node.id, lookahead.repair), node, () => null),
    )
  return distinct(problems.map(outward))
}

const hasTokens = (axes: readonly Axis[]): boolean => axes.includes('token') || axes.includes('query')
const none: Lookahead = { tokens: -Infinity }

function lookaheadOf(place: Place, incoming: Wires, looks: Readonly<Record<string, Lookahead>>): Lookahead {
  const { block } = place
  const settings = settingsOf(place)
  const input: LookaheadOf = (port) => {
    const wire = incoming[port]
    return { ...(looks[port] ?? none), length: wire?.axes[1] === 'token' ? (wire.value.shape[1] ?? 1) : 1 }
  }
  if (block.lookahead && settings.success) return block.lookahead(input, settings.data)
  const all = Object.values(looks)
  return {
    tokens: Math.max(...all.map(({ tokens }) => tokens), none.tokens),
    isCausal: all.length > 0 && all.every(({ isCausal }) => isCausal),
  }
}

/** An output without a token axis depends on all tokens if an input has one; an output without a batch axis depends on none. */
function seenAt({ block }: Place, port: string, incoming: Wires, found: Lookahead): Lookahead {
  const type = portOf(block.outputs, port)
  const axes = type ? axesOf(type, incoming) : []
  if (!axes.includes('batch')) return none
  const pooled = !hasTokens(axes) && Object.values(incoming).some((wire) => hasTokens(wire.axes)) && found.tokens > -Infinity
  return pooled ? { tokens: Infinity } : found
}

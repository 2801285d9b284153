/** Queries on ports: which may be connected, why not, and which new blocks would fit. */
import { blocks } from '@core/blocks'
import type { BlockDefinition, PortType } from '@core/blocks/define'
import type { Problem } from '@core/errors'
import { freshId, outside, samePort, type Edit } from '@core/graph/edit'
import type { ConnectionChecker } from '@core/graph/connection'
import { portsOfNode } from '@core/graph/groups'
import { lookupOf } from '@core/graph/lookup'
import type { LabDocument, PortRef } from '@core/lab/document'
import type { Point } from './geometry'

export type Side = 'in' | 'out'
export interface Port extends PortRef {
  readonly side: Side
}

/** `in/NODE/PORT`: key for maps and for the handles of the graph library. */
export const portKey = (side: Side, node: string, port: string): string => `${side}/${node}/${port}`

const portTypes = ({ graph }: LabDocument, id: string): ReturnType<typeof portsOfNode> => {
  const node = lookupOf(graph).nodes.get(id)
  return node && portsOfNode(graph, node)
}

/**
 * All ports of a node on one side, in order. For an unknown kind, those named by its wires. The boundary of an opened group has one extra
 * port for a new connection.
 */
export function portsOf(document: LabDocument, node: string, side: Side): Port[] {
  const types = portTypes(document, node)
  const names = types ? Object.keys(types[side === 'in' ? 'inputs' : 'outputs']) : wiredPorts(document, node, side)
  if (node === outside) names.push(freshPort(names, side))
  return names.map((port) => ({ node, port, side }))
}

function wiredPorts({ graph }: LabDocument, node: string, side: Side): string[] {
  const wires = lookupOf(graph)[side === 'in' ? 'entering' : 'leaving'].get(node) ?? []
  return [...new Set(wires.map(({ from, to }) => (side === 'in' ? to : from).port))]
}

/** Group inputs are named x, x2, …; outputs y, y2, … */
function freshPort(taken: readonly string[], side: Side): string {
  const name = side === 'out' ? 'x' : 'y'
  if (!taken.includes(name)) return name
  for (let n = 2; ; n++) if (!taken.includes(`${name}${n}`)) return `${name}${n}`
}

/** Source and target of a wire between two ports; null if both are on the same side. */
export function wireBetween(a: Port, b: Port): { from: PortRef; to: PortRef } | null {
  if (a.side === b.side) return null
  const [from, to] = a.side === 'out' ? [a, b] : [b, a]
  return { from: { node: from.node, port: from.port }, to: { node: to.node, port: to.port } }
}

export const otherSide = (side: Side): Side => (side === 'in' ? 'out' : 'in')

/**
 * Why a wire between two ports is refused; null if it is accepted. Ports on the same side never connect, nor does a group's input connect
 * directly to its output.
 */
export function refusal(check: ConnectionChecker, a: Port, b: Port): Refusal | null {
  const wire = wireBetween(a, b)
  if (!wire) return { sameSide: a.side }
  if (wire.from.node === outside && wire.to.node === outside) return { sameSide: 'through' }
  return check(wire.from, wire.to)
}
export type Refusal = Problem | { readonly sameSide: Side | 'through' }

/** All ports on the opposite side of other nodes, including the group boundary inside a group. */
export function opposites(document: LabDocument, port: Port, group: string | null = null): Port[] {
  return [...document.graph.nodes.map(({ id }) => id), ...(group === null ? [] : [outside])]
    .filter((node) => node !== port.node)
    .flatMap((node) => portsOf(document, node, otherSide(port.side)))
}

/** Result of dropping a wire on a block: the wire, or why there is none. */
export type Plugged =
  | { readonly wire: { readonly from: PortRef; readonly to: PortRef } }
  | { readonly several: readonly string[]; readonly side: Side }
  /** The reason is given only if the block has a single port. */
  | { readonly none: Refusal | null; readonly side: Side }

/** Chooses the only port that accepts the wire, or else the only free one. */
export function plugInto(document: LabDocument, check: ConnectionChecker, wire: Port, node: string): Plugged {
  const side = otherSide(wire.side)
  const answers = portsOf(document, node, side).map((port) => ({ port, refused: refusal(check, wire, port) }))
  const fitting = answers.flatMap(({ port, refused }) => (refused ? [] : [port]))
  const free = fitting.filter((port) => side === 'out' || !sourceOf(document, port))
  const only = fitting.length === 1 ? fitting[0] : free.length === 1 ? free[0] : undefined
  const joined = only && wireBetween(wire, only)
  if (joined) return { wire: joined }
  if (fitting.length > 1) return { several: fitting.map(({ port }) => port), side }
  return { none: answers.length === 1 ? (answers[0]?.refused ?? null) : null, side }
}

export interface Fitting {
  readonly kind: string
  /** Adds the block at a position and connects it, as one undo step. */
  edit(at: Point): { readonly edit: Edit; readonly id: string }
}

/** All axes that a port may have. */
const axesOf = ({ inputs }: Pick<BlockDefinition, 'inputs'>, { axes, or = [], like }: PortType): string[] => {
  const other = like === undefined ? undefined : inputs[like]
  return [axes, ...or, ...(other?.or ?? [])].map((each) => each.join())
}

/** Kinds of block with a port compatible with `port`, each with the edit that adds and connects it. */
export function fittingBlocks(document: LabDocument, port: Port): Fitting[] {
  const own = portTypes(document, port.node)
  const type = own?.[port.side === 'in' ? 'inputs' : 'outputs'][port.port]
  if (!own || !type) return []
  const given = new Set(axesOf(own, type))
  const side = otherSide(port.side)
  return blocks.flatMap((block) => {
    const fits = (other: PortType) => type.dtype === other.dtype && axesOf(block, other).some((axes) => given.has(axes))
    const [fitting] = Object.entries(block[side === 'in' ? 'inputs' : 'outputs']).find(([, other]) => fits(other)) ?? []
    if (fitting === undefined) return []
    const id = freshId(document, block.kind)
    const wire = wireBetween(port, { node: id, port: fitting, side })
    if (!wire) return []
    const edit = ({ x, y }: Point): Edit => ({
      type: 'batch',
      edits: [
        { type: 'addNode', kind: block.kind, id, position: { x, y } },
        { type: 'connect', ...wire },
      ],
    })
    return [{ kind: block.kind, edit: (at: Point) => ({ id, edit: edit(at) }) }]
  })
}

/** The output connected to an input. */
export const sourceOf = (document: LabDocument, to: PortRef): PortRef | undefined =>
  lookupOf(document.graph)
    .entering.get(to.node)
    ?.find((edge) => samePort(edge.to, to))?.from

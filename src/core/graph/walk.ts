/** Walks a graph from sources to outputs, builds each block whose inputs are known, and collects problems. */
import type { z } from 'zod'
import type { Axis, PortType } from '../blocks/define'
import { LabError } from '../errors'
import type { Graph, GraphEdge } from '../lab/document'
import type { Diagnostic } from './analysis'
import type { Wire } from './graph-builder'
import { expandGroups } from './expansion'
import { paramProblems, refusalProblem, widthSources, wrongAxes, type WidthSource } from './problems'
import { portKey, structureOf, wiresByInput, type Place, type Structure } from './structure'

export type TypedWire = Wire & { readonly axes: readonly Axis[] }
/** Values at inputs or outputs, by port. */
export type Wires = Readonly<Record<string, TypedWire>>
export type Settings = z.ZodSafeParseResult<Readonly<Record<string, unknown>>>

/** How blocks are built. */
export interface Site {
  settingsOf(place: Place): Settings
  /** Returns the block's outputs. Throws LabError if it refuses to build. */
  build(place: Place, settings: Readonly<Record<string, unknown>>, inputs: Wires): Wires
}

export interface Walked extends Pick<Structure, 'order' | 'ids' | 'stuck'> {
  readonly problems: readonly Diagnostic[]
  /** The value at each output port, by `node/port`. */
  readonly wires: ReadonlyMap<string, TypedWire>
  /** The wire at each input, by `node/port`. */
  readonly plugged: ReadonlyMap<string, GraphEdge>
  /** Maps a problem of a block inside a group to the group. */
  readonly outward: (problem: Diagnostic) => Diagnostic
}

export const settingsOf = ({ node, block }: Place): Settings => block.params.safeParse(node.params)

export function walk(whole: Graph, site: Site): Walked {
  const { graph, problems: unexpanded, outward } = expandGroups(whole)
  const { order, ids, stuck, problems: structural } = structureOf(graph)
  const problems: Diagnostic[] = [...structural]
  const wires = new Map<string, TypedWire>()
  const plugged = wiresByInput(graph)
  const surroundings = { plugged, wires, widthSource: widthSources(graph), site }
  for (const place of order) {
    const outputs = visit(place, surroundings, (problem) => problems.push(problem))
    for (const [port, wire] of Object.entries(outputs)) wires.set(portKey({ node: place.node.id, port }), wire)
  }
  return { problems: [...unexpanded, ...distinct(problems.map(outward))], wires, plugged, outward, order, ids, stuck }
}

export interface Surroundings {
  readonly plugged: ReadonlyMap<string, GraphEdge>
  /** Outputs of all earlier blocks. */
  readonly wires: ReadonlyMap<string, TypedWire>
  readonly widthSource: WidthSource
  readonly site: Site
}

/** The outputs of a block; empty if an input is missing or it does not build. */
export function visit(place: Place, surroundings: Surroundings, report: (problem: Diagnostic) => void): Wires {
  const { node, block } = place
  const { plugged, wires, widthSource, site } = surroundings
  const inputs: Record<string, TypedWire> = {}
  let ready = true
  for (const [port, type] of Object.entries(block.inputs)) {
    const edge = plugged.get(portKey({ node: node.id, port }))
    const wire = edge && wires.get(portKey(edge.from))
    const accepted = type.like ? [axesOf(type, inputs)] : [type.axes, ...(type.or ?? [])]
    const fits = wire?.value.dtype === type.dtype && accepted.some((axes) => sameAxes(axes, wire.axes))
    if (wire && fits) inputs[port] = wire
    else if (edge || !type.optional) ready = false
    if (wire && !fits) report(wrongAxes(node.id, port, accepted, wire))
  }
  const settings = site.settingsOf(place)
  if (!settings.success) for (const problem of paramProblems(place, settings.error)) report(problem)
  if (!ready || !settings.success) return {}
  try {
    return site.build(place, settings.data, inputs)
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    report(refusalProblem(error, node, widthSource))
    return {}
  }
}

/** The axes of a port, given those of the inputs. */
export const axesOf = (type: PortType, inputs: Wires): readonly Axis[] =>
  (type.like === undefined ? undefined : inputs[type.like]?.axes) ?? type.axes

const sameAxes = (a: readonly Axis[], b: readonly Axis[]): boolean =>
  a === b || (a.length === b.length && a.every((axis, i) => axis === b[i]))

/** Removes duplicates, because repetitions of a group report the same problem. */
export function distinct(problems: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>()
  return problems.filter(({ code, node, port, params }) => {
    const key = JSON.stringify([code, node, port, { ...params, node: '' }])
    return !seen.has(key) && seen.add(key)
  })
}

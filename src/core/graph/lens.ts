/**
 * The logit lens (nostalgebraist 2020, "interpreting GPT: the logit lens"): what a model would predict if its final norm and output block
 * directly followed an earlier point of the residual stream.
 */
import { groupBy } from '../collections'
import { LabError } from '../errors'
import type { GraphEdge } from '../lab/document'
import { sizeOf } from '../program/shapes'
import type { Value } from '../program/types'
import { buildBlock, type BuiltGraph } from './build'
import { ancestors, portKey, type Place } from './structure'
import { settingsOf, type TypedWire, type Wires } from './walk'

/** Maximum number of layers, and of logits of all of them together (128 MB). Of more, those left out are spread evenly. */
const mostLayers = 48
const mostLogits = 2 ** 25

/** Blocks between the residual stream and the logits that the lens applies to earlier values. */
const tailKinds: ReadonlySet<string> = new Set(['norm', 'dropout', 'pool'])

export interface LensLayer {
  /** The block whose output is decoded, in the expanded graph. */
  readonly block: string
  /** (1, token, class) or (1, class). */
  readonly logits: Value
}

/**
 * Emits the final norm and output block once more for each earlier point of the residual stream, with the same weights. In the order of
 * computation; the last layer has the logits of the model itself. Throws LabError `lens.…` if the model has no classes to decode, or too many.
 */
export function emitLens(built: BuiltGraph): LensLayer[] {
  const { builder, plugged } = built
  if (builder.signature.aim === 'number') throw new LabError('lens.no-classes')
  if (builder.signature.aim === 'labels') throw new LabError('lens.several-labels')
  const objective = builder.givenObjective
  if (!objective) throw new LabError('graph.no-output')
  const places = new Map(built.order.map((place) => [place.node.id, place]))
  const output = built.order.find(({ block }) => block.family === 'output')!
  const tail = [output]
  let read = mainInput(output, plugged)!
  for (let place = places.get(read.from.node)!; tailKinds.has(place.node.kind); place = places.get(read.from.node)!) {
    tail.unshift(place)
    read = mainInput(place, plugged)!
  }
  const stream = residualStream(read, places, built)
  const last = stream.pop()!
  const size = sizeOf(objective.logits.shape)
  const most = Math.min(mostLayers, Math.floor(mostLogits / size))
  if (most < 2) throw new LabError('lens.too-large', { count: 2 * size, most: mostLogits })
  return [
    ...spread(stream, most - 1).map((wire) => ({ block: wire.node, logits: decode(built, tail, wire) })),
    { block: last.node, logits: objective.logits },
  ]
}

/** The wire at the first input of a block. */
function mainInput({ node, block }: Place, plugged: BuiltGraph['plugged']): GraphEdge | undefined {
  const [port] = Object.keys(block.inputs)
  return port === undefined ? undefined : plugged.get(portKey({ node: node.id, port }))
}

/**
 * The values that lead to `end` along residual connections, and elsewhere along first inputs, in the order of computation: those of the same
 * shape, without outputs of norms, which the final norm replaces.
 */
function residualStream(
  end: GraphEdge,
  places: ReadonlyMap<string, Place>,
  { builder, plugged, wires }: BuiltGraph,
): TypedWire[] {
  const entering = groupBy(plugged.values(), ({ to }) => to.node)
  const last = wires.get(portKey(end.from))!
  const found: TypedWire[] = []
  const seen = new Set<Value>()
  for (let edge: GraphEdge | undefined = end; edge;) {
    const wire = wires.get(portKey(edge.from))
    const place = places.get(edge.from.node)
    if (!wire || !place || wire.axes.at(-1) !== 'feature') break
    const fits = wire.value.shape.join() === last.value.shape.join() && place.node.kind !== 'norm'
    // Dropout and disabled blocks return their input, which is decoded once.
    const value = builder.ungated(wire.value)
    if (wire === last || (fits && !seen.has(value))) found.unshift(wire)
    seen.add(value)
    edge = place.node.kind === 'add' ? residual(place.node.id, plugged, entering) : mainInput(place, plugged)
  }
  return found
}

/** The input of a sum on which the other one depends; undefined if they are independent, where the stream begins. */
function residual(
  node: string,
  plugged: BuiltGraph['plugged'],
  entering: ReadonlyMap<string, readonly GraphEdge[]>,
): GraphEdge | undefined {
  const [a, b] = ['a', 'b'].map((port) => plugged.get(portKey({ node, port })))
  if (!a || !b) return undefined
  if (ancestors(entering, b.from.node).has(a.from.node)) return a
  return ancestors(entering, a.from.node).has(b.from.node) ? b : undefined
}

/** The logits of the tail with another value at its main input; its other inputs stay. */
function decode({ builder, wires, plugged }: BuiltGraph, tail: readonly Place[], from: TypedWire): Value {
  let wire = from
  const objective = builder.copy(() => {
    for (const place of tail) {
      const settings = settingsOf(place)
      if (!settings.success) return
      const [main, ...others] = Object.keys(place.block.inputs)
      const inputs: Record<string, TypedWire> = { [main!]: wire }
      for (const port of others) {
        const edge = plugged.get(portKey({ node: place.node.id, port }))
        const other = edge && wires.get(portKey(edge.from))
        if (other) inputs[port] = other
      }
      const outputs: Wires = buildBlock(builder, place, settings.data, inputs)
      wire = Object.values(outputs)[0]!
    }
  })
  return objective!.logits
}

/** At most `most` of the items, evenly spread, with the first. */
function spread<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items
  return Array.from({ length: most }, (_, index) => items[Math.floor((index * items.length) / most)]!)
}

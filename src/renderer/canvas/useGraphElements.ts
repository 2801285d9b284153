/** The document as the graph library wants it, with where wires run and what is written on them. */
import type { Edge, Node, VueFlowStore } from '@vue-flow/core'
import { computed, shallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Diagnostic } from '@core/graph/analysis'
import type { GraphEdge } from '@core/lab/document'
import { outside } from '@core/graph/edit'
import { useAnalysis } from '../stores/analysis'
import { useScope } from '../stores/scope'
import { portsOf } from './connections'
import { portOffset, routeWire, type Rect, type WirePath } from './geometry'
import { canvasNode, entrance, exit, isPorts, portPlaces, rectOf } from './ports'
import { useBlockTexts } from './useBlockTexts'
import { placeChips, sameType, wireLabel, type Chip } from './wire-labels'

const wireId = ({ from, to }: GraphEdge): string => `${from.node}/${from.port}→${to.node}/${to.port}`
/** From here on there is room for the sizes of batch and token, too. */
const closeUp = 1.3
/** From here on shapes can be read; further away only changes of shape are worth a chip. */
const readable = 0.75

export function useGraphElements(flow: VueFlowStore) {
  const scope = useScope()
  const analysis = useAnalysis()
  const { t } = useI18n()
  const texts = useBlockTexts()

  const selectedWires = shallowRef<ReadonlySet<string>>(new Set())

  const problems = computed(() => {
    const byNode = new Map<string, Diagnostic[]>()
    for (const problem of analysis.problems) {
      if (problem.node !== undefined) byNode.set(problem.node, [...(byNode.get(problem.node) ?? []), problem])
    }
    return byNode
  })

  const seen = computed(() => scope.document?.graph.nodes ?? [])
  const blocks = computed<Node[]>(() =>
    seen.value.map((node) => ({
      id: node.id,
      type: 'block',
      position: { ...node.position },
      selected: scope.selection.includes(node.id),
      ariaLabel: texts.description(node, problems.value.get(node.id)?.length ?? 0),
      domAttributes: { 'data-testid': `node-${node.id}`, 'aria-roledescription': t('canvas.block') },
    })),
  )

  /** Inside a group, what it is given and gives. */
  const ports = computed<Node[]>(() => {
    if (scope.group === null) return []
    const places = portPlaces(seen.value.map(({ position }) => position))
    return [entrance, exit].map((id) => ({
      id,
      type: 'ports',
      position: places[id] ?? { x: 0, y: 0 },
      ...{ draggable: false, selectable: false, focusable: false },
    }))
  })
  const nodes = computed(() => [...blocks.value, ...ports.value])

  const ids = computed(() => new Set([...seen.value.map(({ id }) => id), ...(ports.value.length > 0 ? [outside] : [])]))
  const wires = computed(() =>
    (scope.document?.graph.edges ?? []).filter(({ from, to }) => ids.value.has(from.node) && ids.value.has(to.node)),
  )
  const edges = computed<Edge[]>(() =>
    wires.value.map((wire) => {
      const place = { source: texts.title(wire.from.node), target: texts.title(wire.to.node) }
      return {
        id: wireId(wire),
        type: 'wire',
        source: canvasNode(wire.from, 'out'),
        sourceHandle: wire.from.port,
        target: canvasNode(wire.to, 'in'),
        targetHandle: wire.to.port,
        selected: selectedWires.value.has(wireId(wire)),
        ariaLabel: t('canvas.wire', { ...place, shape: texts.shapeText(texts.wireType(wire.from)) }),
        domAttributes: { 'data-testid': `wire-${wire.to.node}-${wire.to.port}`, 'aria-roledescription': t('canvas.wireRole') },
        data: { shape: texts.shapeText(texts.wireType(wire.from)) },
      }
    }),
  )

  /** Where nodes are now, also while they are dragged. */
  const rects = computed(() => new Map<string, Rect>(flow.nodes.value.map(({ id, position }) => [id, rectOf(id, position)])))

  const paths = computed(() => {
    const found = new Map<string, WirePath>()
    const document = scope.document
    if (!document) return found
    const offset = (node: string, port: string, side: 'in' | 'out'): number => {
      const ports = portsOf(document, node, side)
      return portOffset(
        Math.max(
          0,
          ports.findIndex((candidate) => candidate.port === port),
        ),
        Math.max(1, ports.length),
      )
    }
    for (const wire of wires.value) {
      const [from, to] = [canvasNode(wire.from, 'out'), canvasNode(wire.to, 'in')]
      const [source, target] = [rects.value.get(from), rects.value.get(to)]
      if (!source || !target) continue
      const others = [...rects.value].filter(([id]) => id !== from && id !== to && !isPorts(id)).map(([, rect]) => rect)
      found.set(
        wireId(wire),
        routeWire(
          { node: source, offset: offset(wire.from.node, wire.from.port, 'out') },
          { node: target, offset: offset(wire.to.node, wire.to.port, 'in') },
          others,
        ),
      )
    }
    return found
  })

  const near = computed(() => flow.viewport.value.zoom >= closeUp)
  const far = computed(() => flow.viewport.value.zoom < readable)
  const chips = computed(() => {
    const document = scope.document
    if (!document) return new Map<string, Chip>()
    const requests = wires.value.flatMap((wire) => {
      const type = texts.wireType(wire.from)
      const path = paths.value.get(wireId(wire))
      if (!type || !path) return []
      const plugged = document.graph.edges.find((edge) => edge.to.node === wire.from.node)
      const changed = !sameType(plugged && texts.wireType(plugged.from), type)
      const output = `${wire.from.node}/${wire.from.port}`
      return [{ id: wireId(wire), output, label: wireLabel(type, near.value), path, changed }]
    })
    return placeChips(requests, [...rects.value.values()], far.value)
  })

  /** The inputs that selected wires are plugged into. */
  const selectedInputs = () => wires.value.filter((wire) => selectedWires.value.has(wireId(wire))).map((wire) => wire.to)

  return { nodes, edges, rects, paths, chips, problems, selectedWires, selectedInputs }
}

/** Position of a block added without a pointer: the first free place to the right of the selection, or of all blocks. */
import type { GraphNode, LabDocument } from '@core/lab/document'

const column = 176
const row = 144

export function placeFor({ graph }: LabDocument, selection: readonly string[]): GraphNode['position'] {
  const { nodes } = graph
  const selected = nodes.filter(({ id }) => selection.includes(id))
  const beside = rightmost(selected) ?? rightmost(nodes)
  if (!beside) return { x: 0, y: 0 }
  const place = { x: beside.position.x + column, y: beside.position.y }
  while (
    nodes.some(({ position }) => Math.abs(position.x - place.x) < column - 24 && Math.abs(position.y - place.y) < row - 24)
  ) {
    place.y += row
  }
  return place
}

const rightmost = (nodes: readonly GraphNode[]): GraphNode | undefined =>
  nodes.reduce<GraphNode | undefined>((most, node) => (most && most.position.x >= node.position.x ? most : node), undefined)

/** What is written on wires, and on which of them there is room to write it. */
import type { WireType } from '@core/graph/analysis'
import { inside, overlaps, type Point, type Rect, type WirePath } from './geometry'

/** `B·T·32`: axes that every wire has by their letters, the others by their size; with `sizes`, `B32·T16·32`. */
export function wireLabel(type: WireType, sizes = false): string {
  return type.axes
    .map((axis, i) => {
      const size = String(type.shape[i] ?? '?')
      const letter = axis === 'batch' ? 'B' : axis === 'token' ? 'T' : ''
      return letter && !sizes ? letter : letter + size
    })
    .join('·')
}

export const sameType = (a: WireType | undefined, b: WireType | undefined): boolean =>
  a !== undefined && b !== undefined && a.axes.join() === b.axes.join() && a.shape.join() === b.shape.join()

/** JetBrains Mono at 10 px: 6 px a letter, and the padding of the chip. */
export const chipSize = (label: string): { width: number; height: number } => ({ width: label.length * 6 + 8, height: 16 })

export interface ChipRequest {
  readonly id: string
  /** The output the wire leaves: of several wires from one, the first with room says it for all. */
  readonly output: string
  readonly label: string
  readonly path: WirePath
  /** The wire carries another shape than its block received: these are placed first. */
  readonly changed: boolean
}

export interface Chip extends Point {
  readonly label: string
  /** Whether it stands clear of nodes and other chips; the rest is seen only on hover or selection. */
  readonly clear: boolean
}

const rectAt = (centre: Point, label: string): Rect => {
  const { width, height } = chipSize(label)
  return { x: centre.x - width / 2, y: centre.y - height / 2, width, height }
}

/** Places along the wire, the middle first. */
const places = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82]

/** Handles stand out of their nodes by so much. */
const handle = 6
const withHandles = (node: Rect): Rect => ({ ...node, x: node.x - handle, width: node.width + 2 * handle })

/** With `onlyChanges`, wires that carry on the shape of what came before keep silent. */
export function placeChips(requests: readonly ChipRequest[], nodes: readonly Rect[], onlyChanges = false): Map<string, Chip> {
  const blocked = nodes.map(withHandles)
  const chips = new Map<string, Chip>()
  const taken: Rect[] = []
  const said = new Set<string>()
  const inOrder = [...requests.filter((request) => request.changed), ...requests.filter((request) => !request.changed)]
  for (const { id, output, label, path, changed } of inOrder) {
    const along = places.flatMap((t) => path.points[Math.round(t * (path.points.length - 1))] ?? [])
    const room = along.filter((point) => {
      const rect = rectAt(point, label)
      return !blocked.some((node) => overlaps(node, rect)) && !taken.some((other) => overlaps(other, rect))
    })
    // Where wires of one output part, the chip keeps off the others.
    const siblings = requests.filter((request) => request.output === output && request.id !== id)
    const free =
      room.find(
        (point) => !siblings.some((sibling) => sibling.path.points.some((other) => inside(other, rectAt(point, label)))),
      ) ?? room[0]
    const point = free ?? along[0] ?? { x: 0, y: 0 }
    const clear = free !== undefined && !said.has(output) && (changed || !onlyChanges)
    if (clear) {
      taken.push(rectAt(point, label))
      said.add(output)
    }
    chips.set(id, { ...point, label, clear })
  }
  return chips
}

/** Texts of wire labels, and where there is room for them. */
import type { WireType } from '@core/graph/analysis'
import { inside, type Point, type Rect, type WirePath } from './geometry'
import { SpatialIndex } from './spatial'

/** `B·T·32`: axes common to all wires by letter, others by size; with `sizes`, `B32·T16·32`. */
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

/** Size of a label in canvas units: JetBrains Mono at 11 units is 6.6 wide per character, plus padding. */
export const chipSize = (label: string, unit = 1): { width: number; height: number } => ({
  width: (label.length * 6.6 + 6) * unit,
  height: 16 * unit,
})

export interface ChipRequest {
  readonly id: string
  /** The output of the wire: of several wires from one output, the first with room gets the label. */
  readonly output: string
  readonly label: string
  readonly path: WirePath
  /** The wire carries a different shape than its block received; these labels are placed first. */
  readonly changed: boolean
}

export interface Chip extends Point {
  readonly label: string
  /** Whether the label overlaps no node or other label; otherwise it is shown only on hover or selection. */
  readonly clear: boolean
}

const rectAt = (centre: Point, label: string, unit: number): Rect => {
  const { width, height } = chipSize(label, unit)
  return { x: centre.x - width / 2, y: centre.y - height / 2, width, height }
}

/** Candidate positions along the wire, the middle first. */
const shares = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82]
const along = ({ points }: WirePath): Point[] => shares.flatMap((t) => points[Math.round(t * (points.length - 1))] ?? [])
const middleOf = ({ points }: WirePath): Point => points[points.length >> 1] ?? { x: 0, y: 0 }

/** Handles extend this far beyond their nodes. */
const handle = 6
const withHandles = (rect: Rect): Rect => ({ ...rect, x: rect.x - handle, width: rect.width + 2 * handle })

/**
 * Places labels clear of `nodes` and of each other; `unit` is canvas units per pixel. With `onlyChanges`, wires that keep the shape of the
 * previous block get no label.
 */
export function placeChips(
  requests: readonly ChipRequest[],
  nodes: SpatialIndex,
  unit = 1,
  onlyChanges = false,
): Map<string, Chip> {
  const siblings = new Map<string, ChipRequest[]>()
  for (const request of requests) siblings.set(request.output, [...(siblings.get(request.output) ?? []), request])
  const chips = new Map<string, Chip>()
  const taken = new SpatialIndex()
  const said = new Set<string>()

  /** A free position; for several wires of one output, preferably where they have separated. */
  function placeOf({ output, label, path, id }: ChipRequest): Point | undefined {
    const others = siblings.get(output)?.filter((other) => other.id !== id) ?? []
    const free = along(path).filter((point) => {
      const rect = rectAt(point, label, unit)
      return !nodes.meets(withHandles(rect)) && !taken.meets(rect)
    })
    const apart = (point: Point): boolean =>
      !others.some((other) => other.path.points.some((passed) => inside(passed, rectAt(point, label, unit))))
    return free.find(apart) ?? free[0]
  }

  const inOrder = [...requests.filter(({ changed }) => changed), ...requests.filter(({ changed }) => !changed)]
  for (const request of inOrder) {
    const { id, output, label, path, changed } = request
    const place = said.has(output) || (onlyChanges && !changed) ? undefined : placeOf(request)
    if (place) {
      taken.add(rectAt(place, label, unit))
      said.add(output)
    }
    chips.set(id, { ...(place ?? middleOf(path)), label, clear: place !== undefined })
  }
  return chips
}

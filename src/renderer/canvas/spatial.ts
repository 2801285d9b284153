/** Spatial hash of rectangles: each is listed in every grid cell it touches. */
import { overlaps, type Rect } from './geometry'

/** Cell size in canvas units: about a block with the space around it. */
const cell = 192
const cellOf = (value: number): number => Math.floor(value / cell)
/** Distant cells may share a key; this only adds candidates, which are filtered. */
const keyOf = (column: number, row: number): number => column * 65_536 + row

export class SpatialIndex {
  private readonly cells = new Map<number, Set<Rect>>()

  constructor(rects: Iterable<Rect> = []) {
    for (const rect of rects) this.add(rect)
  }

  add(rect: Rect): void {
    for (const key of keysOf(rect)) {
      const listed = this.cells.get(key)
      if (listed) listed.add(rect)
      else this.cells.set(key, new Set([rect]))
    }
  }

  /** Must be the same object that was added. */
  remove(rect: Rect): void {
    for (const key of keysOf(rect)) this.cells.get(key)?.delete(rect)
  }

  /** All rectangles that overlap the area, in no particular order. */
  overlapping(area: Rect): Set<Rect> {
    const found = new Set<Rect>()
    for (const key of keysOf(area)) {
      for (const rect of this.cells.get(key) ?? []) if (overlaps(rect, area)) found.add(rect)
    }
    return found
  }

  /** Whether any rectangle overlaps the area. */
  meets(area: Rect): boolean {
    for (const key of keysOf(area)) {
      for (const rect of this.cells.get(key) ?? []) if (overlaps(rect, area)) return true
    }
    return false
  }
}

function keysOf({ x, y, width, height }: Rect): number[] {
  const keys: number[] = []
  for (let column = cellOf(x); column <= cellOf(x + width); column++)
    for (let row = cellOf(y); row <= cellOf(y + height); row++) keys.push(keyOf(column, row))
  return keys
}

/** Painting attention maps: first maps to start from, and strokes that keep the sum of each row. */
import type { MaskSettings } from '@core/blocks/attention/masks'
import { isVisible } from '@core/blocks/attention/masks'

export interface MapSize {
  /** Queries and keys. */
  readonly rows: number
  readonly columns: number
}

/** Maps with one attended key for each query, by their rule; `uniform` attends to all visible keys alike. */
const rules = {
  previous: (query: number) => Math.max(0, query - 1),
  self: (query: number) => query,
  first: () => 0,
} as const
export const starts = ['previous', 'self', 'first', 'uniform'] as const
export type Start = (typeof starts)[number]

/** Rows whose key is hidden by the mask, or beyond the last key, attend to all visible keys alike. */
export function startMap(start: Start, { rows, columns }: MapSize, mask: MaskSettings): Float32Array {
  const map = new Float32Array(rows * columns)
  for (let row = 0; row < rows; row++) {
    const chosen = start === 'uniform' ? -1 : rules[start](row)
    if (chosen >= 0 && chosen < columns && isVisible(mask, row, chosen)) {
      map[row * columns + chosen] = 1
      continue
    }
    const seen = Array.from({ length: columns }, (_, column) => column).filter((column) => isVisible(mask, row, column))
    for (const column of seen) map[row * columns + column] = 1 / seen.length
  }
  return map
}

/** A larger map, such as one with padding: the map in its upper left corner, and rows beyond it attend to all visible keys alike. */
export function extended(map: Float32Array, from: MapSize, to: MapSize, mask: MaskSettings): Float32Array {
  const whole = startMap('uniform', to, mask)
  for (let row = 0; row < Math.min(from.rows, to.rows); row++) {
    whole.fill(0, row * to.columns, (row + 1) * to.columns)
    whole.set(map.subarray(row * from.columns, row * from.columns + Math.min(from.columns, to.columns)), row * to.columns)
  }
  return whole
}

/**
 * The map with another weight in one cell, from 0 to 1. The other weights of the row are scaled so that its sum stays 1; if all of them are 0,
 * they stay. Hidden cells are never painted.
 */
export function painted(
  map: Float32Array,
  { columns }: MapSize,
  mask: MaskSettings,
  cell: { readonly row: number; readonly column: number; readonly weight: number },
): Float32Array {
  const { row, column } = cell
  if (!isVisible(mask, row, column)) return map
  const weight = Math.min(1, Math.max(0, cell.weight))
  const next = map.slice()
  const line = next.subarray(row * columns, (row + 1) * columns)
  line[column] = 0
  const others = line.reduce((sum, value) => sum + value, 0)
  if (others > 0) for (let key = 0; key < columns; key++) line[key] = (line[key]! / others) * (1 - weight)
  line[column] = weight
  return next
}

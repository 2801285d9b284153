/** Tables that depend on positions, such as masks and sinusoids, for any length: as parts of one table for a large length. */
import { sizeOf } from '../program/shapes'
import type { OnnxTensor } from './model'
import { isPlain, type Expression, type SizeNodes } from './size-expressions'

const sizesOf = ({ shape }: OnnxTensor): readonly number[] => shape

/** If all tables are the beginning of the large one on each axis: a slice. Null otherwise. */
export function slicedTable(
  tables: readonly OnnxTensor[],
  large: OnnxTensor,
  shape: readonly Expression[],
  nodes: SizeNodes,
): string | null {
  if (!tables.every((table) => isBeginning(table, large))) return null
  return nodes.firstRows(nodes.constant(large), shape)
}

function isBeginning(table: OnnxTensor, large: OnnxTensor): boolean {
  const [own, all] = [sizesOf(table), sizesOf(large)]
  if (own.length !== all.length) return false
  const strides = (sizes: readonly number[]): number[] => sizes.map((_, axis) => sizeOf(sizes.slice(axis + 1)))
  const [ours, theirs] = [strides(own), strides(all)]
  return table.data.every((value: number | bigint, index: number) => {
    const at = own.reduce((sum, size, axis) => sum + (Math.floor(index / ours[axis]!) % size) * theirs[axis]!, 0)
    return Object.is(value, large.data[at])
  })
}

/**
 * If the element (i, j) of all tables (queries, keys) depends on i − j only, as in masks by distance: one row of the elements for all
 * distances, and a lookup. Null otherwise.
 */
export function toeplitzTable(
  tables: readonly OnnxTensor[],
  large: OnnxTensor,
  shape: readonly Expression[],
  nodes: SizeNodes,
): string | null {
  const [queries, keys] = shape
  const [rows = 0, columns = 0] = large.shape
  if (shape.length !== 2 || !queries || !keys || !isPlain(queries) || !isPlain(keys)) return null
  /** By i − j, from 1 − columns on. */
  const row = large.data.slice(0, rows + columns - 1)
  for (let at = 0; at < row.length; at++) {
    const distance = at - (columns - 1)
    row[at] = large.data[distance >= 0 ? distance * columns : -distance]!
  }
  const agrees = (table: OnnxTensor): boolean => {
    const width = table.shape[1]!
    return table.data.every((value: number | bigint, index: number) =>
      Object.is(value, row[Math.floor(index / width) - (index % width) + columns - 1]),
    )
  }
  if (!tables.every(agrees) || !agrees(large)) return null
  const query = nodes.node('Unsqueeze', [nodes.range(queries), nodes.integers([1])])
  const key = nodes.node('Unsqueeze', [nodes.range(keys), nodes.integers([0])])
  const distance = nodes.node('Add', [nodes.node('Sub', [query, key]), nodes.integers([columns - 1])])
  const elements = nodes.constant({ ...large, shape: [row.length], data: row })
  return nodes.node('Gather', [elements, distance], { axis: 0 })
}

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
 * If the element (…, i, j) of all tables (…, queries, keys) depends on i − j only, besides its other places, as in masks by distance: one row of
 * the elements for all distances, and a lookup. Null otherwise.
 */
export function toeplitzTable(
  tables: readonly OnnxTensor[],
  large: OnnxTensor,
  shape: readonly Expression[],
  nodes: SizeNodes,
): string | null {
  const [queries, keys] = shape.slice(-2)
  const [rows = 0, columns = 0] = large.shape.slice(-2)
  const others = shape.slice(0, -2)
  if (!queries || !keys || !isPlain(queries) || !isPlain(keys) || others.some(({ terms }) => terms.length > 0)) return null
  const distances = rows + columns - 1
  const count = sizeOf(large.shape.slice(0, -2))
  /** By i − j, from 1 − columns on, for each of the other places. */
  const row = large.data.slice(0, count * distances)
  for (let at = 0; at < row.length; at++) {
    const [place, distance] = [Math.floor(at / distances), (at % distances) - (columns - 1)]
    row[at] = large.data[place * rows * columns + (distance >= 0 ? distance * columns : -distance)]!
  }
  const agrees = ({ shape: own, data }: OnnxTensor): boolean => {
    const [height = 0, width = 0] = own.slice(-2)
    return data.every((value: number | bigint, index: number) => {
      const [place, within] = [Math.floor(index / (height * width)), index % (height * width)]
      const distance = Math.floor(within / width) - (within % width)
      return Object.is(value, row[place * distances + distance + columns - 1])
    })
  }
  if (!tables.every(agrees) || !agrees(large)) return null
  const query = nodes.node('Unsqueeze', [nodes.range(queries), nodes.integers([1])])
  const key = nodes.node('Unsqueeze', [nodes.range(keys), nodes.integers([0])])
  const distance = nodes.node('Add', [nodes.node('Sub', [query, key]), nodes.integers([columns - 1])])
  const elements = nodes.constant({ ...large, shape: [...large.shape.slice(0, -2), distances], data: row })
  return nodes.node('Gather', [elements, distance], { axis: others.length })
}

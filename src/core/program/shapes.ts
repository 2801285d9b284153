/** Arithmetic on shapes, axes and positions in row-major data, shared by the operations. */
import type { Shape } from './types'

/** Number of elements; 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1)
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis])
}

export function describeShape(shape: Shape): string {
  return `(${shape.join(', ')})`
}

/** Size of the last axis; 1 for a scalar. */
export function lastSize(shape: Shape): number {
  return shape.at(-1) ?? 1
}

/** Strides: distance in the data between neighbours along each axis. */
export function stridesOf(shape: Shape): number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)))
}

/** Axis counted from the start. Throws a RangeError if there is no such axis. */
export function normaliseAxis(axis: number, rank: number): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new RangeError(`no axis ${axis} in a value of rank ${rank}`)
  }
  return axis < 0 ? axis + rank : axis
}

/** Distinct axes counted from the start, ascending. */
export function normaliseAxes(axes: number | readonly number[], rank: number): number[] {
  const list = typeof axes === 'number' ? [axes] : axes
  return [...new Set(list.map((axis) => normaliseAxis(axis, rank)))].sort((a, b) => a - b)
}

/** For every element of `shape` in row-major order, its position in other data with these `strides`, from `start`. */
export function positions(shape: Shape, strides: readonly number[], start = 0): Int32Array {
  let result = Int32Array.of(start)
  shape.forEach((size, axis) => {
    const stride = strides[axis] ?? 0
    const next = new Int32Array(result.length * size)
    result.forEach((position, i) => {
      for (let k = 0; k < size; k++) next[i * size + k] = position + k * stride
    })
    result = next
  })
  return result
}

/** The elements of `data` at `positions`. */
export function take(data: Float64Array, at: Int32Array): Float64Array {
  return Float64Array.from(at, (position) => data[position]!)
}

/** Broadcasting with as few axes as possible, for the loops of elementwise kernels. */
import { stridesOf } from '@core/program/shapes'
import type { Shape } from '@core/program/types'

export interface Walk {
  /** Merged sizes of the result; at least one axis. */
  readonly sizes: readonly number[]
  /** Strides of each operand along the merged axes: 0 where it is broadcast. */
  readonly strides: readonly (readonly number[])[]
}

/** Merges adjacent axes along which all operands are contiguous, and drops those of size 1. */
export function mergeAxes(operands: readonly Shape[], result: Shape): Walk {
  const rank = result.length
  const full = operands.map((shape) => {
    const own = stridesOf(shape)
    return result.map((_, axis) => {
      const at = axis - rank + shape.length
      return at < 0 || shape[at] === 1 ? 0 : own[at]!
    })
  })
  const sizes: number[] = []
  const strides: number[][] = operands.map(() => [])
  result.forEach((size, axis) => {
    if (size === 1) return
    const last = sizes.length - 1
    if (last >= 0 && full.every((own, i) => strides[i]![last] === own[axis]! * size)) {
      sizes[last]! *= size
      strides.forEach((own, i) => (own[last] = full[i]![axis]!))
    } else {
      sizes.push(size)
      strides.forEach((own, i) => own.push(full[i]![axis]!))
    }
  })
  if (sizes.length > 0) return { sizes, strides }
  return { sizes: [1], strides: operands.map(() => [1]) }
}

/** Rows of a walk along the last axis; `starts` contains for each operand the start of each row in its data. */
export interface Rows {
  readonly count: number
  readonly length: number
  readonly steps: readonly number[]
  readonly starts: readonly Int32Array[]
}

export function rowsOf({ sizes, strides }: Walk): Rows {
  const outer = sizes.slice(0, -1)
  const starts = strides.map((own) => {
    let result = Int32Array.of(0)
    outer.forEach((size, axis) => {
      const next = new Int32Array(result.length * size)
      result.forEach((start, i) => {
        for (let k = 0; k < size; k++) next[i * size + k] = start + k * own[axis]!
      })
      result = next
    })
    return result
  })
  return { count: starts[0]!.length, length: sizes.at(-1)!, steps: strides.map((own) => own.at(-1)!), starts }
}

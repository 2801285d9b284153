/** Slices of tensors, and the size limit of an answer. */
import { mostNumbers, type LookValue, type Slice, type Tensor } from '@core/contract/look'
import { LabError } from '@core/errors'
import { positions, sizeOf, stridesOf } from '@core/program/shapes'
import type { TensorData } from '../executor'

/** A value that an answer can contain. */
export interface Told {
  readonly value: LookValue
  readonly axes: readonly string[]
  readonly shape: readonly number[]
}

interface Cut {
  readonly name: string
  readonly size: number
  readonly from: number
  readonly to: number
  readonly stays: boolean
}

/** Throws LabError for an unknown axis or an index out of range. */
function cutsOf({ value, axes, shape }: Told): readonly Cut[] {
  const slice: Slice = value.slice ?? {}
  const stranger = Object.keys(slice).find((name) => !axes.includes(name))
  if (stranger !== undefined) throw new LabError('look.no-axis', { name: value.name, axis: stranger, axes: axes.join(', ') })
  return axes.map((name, axis) => {
    const size = shape[axis]!
    const asked = axes.indexOf(name) === axis ? slice[name] : undefined
    const [from, to] = typeof asked === 'number' ? [asked, asked + 1] : (asked ?? [0, size])
    if (to > size || from > to)
      throw new LabError('look.no-place', { name: value.name, axis: name, place: Math.max(from, to - 1), size })
    return { name, size, from, to, stays: typeof asked !== 'number' }
  })
}

const countOf = (cuts: readonly Cut[]): number => cuts.reduce((product, { from, to }) => product * (to - from), 1)

/** Throws LabError `look.too-large` unless all values fit into one answer, and LabError for slices that they do not have. */
export function requireRoom(told: readonly Told[]): void {
  const counts = told.map((each) => ({ name: each.value.name, count: countOf(cutsOf(each)) }))
  const total = counts.reduce((sum, { count }) => sum + count, 0)
  if (total <= mostNumbers) return
  const single = counts.find(({ count }) => count > mostNumbers)
  const { name, count } = single ?? { name: counts.map((each) => each.name).join(', '), count: total }
  throw new LabError('look.too-large', { name, count, most: mostNumbers })
}

/** Copies the requested slice, or the whole value by default. `data` is row-major, in the value's shape. */
export function cut(told: Told, data: TensorData): Tensor {
  const cuts = cutsOf(told)
  const kept = cuts.filter(({ stays }) => stays)
  const [axes, shape] = [kept.map(({ name }) => name), kept.map(({ from, to }) => to - from)]
  if (sizeOf(told.shape) === countOf(cuts)) return { axes, shape, data: Float32Array.from(data) }
  const strides = stridesOf(told.shape)
  const start = cuts.reduce((sum, { from }, axis) => sum + from * strides[axis]!, 0)
  const at = positions(
    cuts.map(({ from, to }) => to - from),
    strides,
    start,
  )
  return { axes, shape, data: Float32Array.from(at, (position) => data[position]!) }
}

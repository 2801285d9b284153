/** Points of a sweep with what was measured, and those that share some values. */
import type { SettingValue } from './sweep'

export interface MeasuredPoint {
  readonly id: string
  /** In the order of the settings. */
  readonly values: readonly SettingValue[]
  /** One number for each seed; NaN where there is nothing to measure. */
  readonly numbers: readonly number[]
}

export interface Pool {
  /** The values that its points share, in the order asked for. */
  readonly values: readonly SettingValue[]
  /** Of all its points and seeds. */
  readonly numbers: readonly number[]
}

/** Points with the same values of the settings `by` (indices) are one pool, whatever their other values. In the order of their first points. */
export function pooled(points: readonly MeasuredPoint[], by: readonly number[]): Pool[] {
  const pools = new Map<string, { values: readonly SettingValue[]; numbers: number[] }>()
  for (const { values, numbers } of points) {
    const shared = by.map((index) => values[index]!)
    const key = JSON.stringify(shared)
    const pool = pools.get(key) ?? { values: shared, numbers: [] }
    pool.numbers.push(...numbers)
    pools.set(key, pool)
  }
  return [...pools.values()]
}

/** All values of a setting: numbers from small to large, others in the order of the sweep. */
export function valuesOf(points: readonly MeasuredPoint[], setting: number): SettingValue[] {
  const values = [...new Set(points.map((point) => point.values[setting]!))]
  return isNumeric(values) ? values.toSorted((a, b) => Number(a) - Number(b)) : values
}

export const isNumeric = (values: readonly SettingValue[]): boolean => values.every((value) => typeof value === 'number')

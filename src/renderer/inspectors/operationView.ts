/** Chooses the part of an operation's output to request: one matrix, limited in size. */
import type { LookValue } from '@core/contract/look'
import type { OperationInfo } from '@core/graph/analysis'

export interface AxisSize {
  readonly name: string
  readonly size: number
}

/** Maximum number of values shown; of a larger matrix, only the first rows are. */
export const mostShown = 500_000

type Output = Pick<OperationInfo, 'axes' | 'output'>

/** Axes of one sequence, as in a look: without the batch axis. */
export const axesOf = ({ axes, output }: Output): AxisSize[] =>
  axes.flatMap((name, axis) => (name === 'batch' ? [] : [{ name, size: output[axis]! }]))

/** All axes but the last two, which are drawn. */
export const leadingOf = <T>(axes: readonly T[]): readonly T[] => axes.slice(0, -2)

/** Whether the size is the same for one sequence. If no axis is named batch, an unnamed one may contain it. */
const isCertain = ({ axes }: Output, axis: AxisSize): boolean => axes.includes('batch') || !axis.name.startsWith('axis ')

/** A slice with one index on each leading axis, from `at` (default 0), and at most `mostShown` values. */
export function requestOf(operation: Output & { readonly name: string }, at: Readonly<Record<string, number>>): LookValue {
  const axes = axesOf(operation)
  const [row, column] = axes.slice(-2)
  const slice: Record<string, number | [number, number]> = {}
  for (const axis of leadingOf(axes)) {
    if (isCertain(operation, axis)) slice[axis.name] = Math.min(at[axis.name] ?? 0, axis.size - 1)
  }
  if (row && column && isCertain(operation, row) && !(row.name in slice)) {
    const rows = Math.max(1, Math.floor(mostShown / column.size))
    if (rows < row.size) slice[row.name] = [0, rows]
  }
  return Object.keys(slice).length === 0 ? { name: operation.name } : { name: operation.name, slice }
}

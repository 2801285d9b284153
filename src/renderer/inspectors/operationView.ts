/** Which part of an operation's output is asked for, so that what is drawn is one matrix of a size that can be sent and seen. */
import type { LookValue } from '@core/contract/look'
import type { OperationInfo } from '@core/graph/analysis'

export interface AxisSize {
  readonly name: string
  readonly size: number
}

/** Numbers of a matrix that is shown at once; of a longer one, the first rows. */
export const mostShown = 500_000

type Output = Pick<OperationInfo, 'axes' | 'output'>

/** As a look tells it, of one sequence: without the batch axis. */
export const axesOf = ({ axes, output }: Output): AxisSize[] =>
  axes.flatMap((name, axis) => (name === 'batch' ? [] : [{ name, size: output[axis]! }]))

/** All but the last two, which are drawn. */
export const leadingOf = <T>(axes: readonly T[]): readonly T[] => axes.slice(0, -2)

/** Whether it has the same size for one sequence: without a batch axis, one that has no name may hold the batch. */
const isCertain = ({ axes }: Output, axis: AxisSize): boolean => axes.includes('batch') || !axis.name.startsWith('axis ')

/** One index on each leading axis, by `at` (0 where nothing is chosen), and no more rows than `mostShown` allows. */
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

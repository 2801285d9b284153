/** Problems as sentences in the current language, with blocks called as they are on the canvas, settings and choices as in forms. */
import { useI18n } from 'vue-i18n'
import type { Problem } from '@core/errors'
import { format } from '@core/locales/format'
import { namedParams } from '@core/locales/names'
import { useBlockNames } from './blockNames'

/** Parameters of problems that hold the id of a block, or several with commas between. */
const blockParams = new Set(['node', 'nodes', 'source', 'leftNode', 'rightNode', 'first', 'second', 'output', 'block'])

/** Whether its sentence names blocks, which it can only do while their lab is open. */
export const namesBlocks = ({ params }: Pick<Problem, 'params'>): boolean =>
  Object.keys(params).some((name) => blockParams.has(name))

/** Parameters that hold axes: `batch × token`. */
const axesParams = new Set(['wanted', 'given'])

export function useProblem(): (problem: Pick<Problem, 'code' | 'params'>) => string {
  const { t, te } = useI18n()
  const { title } = useBlockNames()
  const axisName = (axis: string): string => (te(`canvas.axes.${axis}`) ? t(`canvas.axes.${axis}`) : axis)
  function named(name: string, value: string | number): string | number {
    if (typeof value !== 'string') return value
    if (blockParams.has(name)) return value.split(', ').map(title).join(t('canvas.listComma'))
    return axesParams.has(name) ? value.split(' × ').map(axisName).join(' × ') : value
  }
  const lookup = (path: string): string | undefined => (te(path) ? t(path) : undefined)
  return (problem) => {
    const params = Object.entries(namedParams(problem, lookup))
    return format(t(`errors.${problem.code}`), Object.fromEntries(params.map(([name, value]) => [name, named(name, value)])))
  }
}

/** Problems as sentences in the current language, with the names of blocks, settings and choices as in the interface. */
import { useI18n } from 'vue-i18n'
import type { Problem } from '@core/errors'
import { format } from '@core/locales/format'
import { namedParams } from '@core/locales/names'
import { useBlockNames } from './blockNames'

/** Parameters that contain a block id, or several separated by commas. */
const blockParams = new Set(['node', 'nodes', 'source', 'leftNode', 'rightNode', 'first', 'second', 'output', 'block'])

/** Whether the sentence names blocks, which is only possible while their lab is open. */
export const namesBlocks = ({ params }: Pick<Problem, 'params'>): boolean =>
  Object.keys(params).some((name) => blockParams.has(name))

/** Parameters that contain axes: `batch × token`. */
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

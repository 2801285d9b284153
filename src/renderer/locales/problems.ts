/** Problems as sentences in the current language, with blocks called as they are on the canvas. */
import { useI18n } from 'vue-i18n'
import type { Problem } from '@core/errors'
import { format } from '@core/locales/format'
import { useBlockNames } from './blockNames'

/** Parameters of problems that hold the id of a block, or several with commas between. */
const blockParams = new Set(['node', 'nodes', 'source', 'leftNode', 'rightNode', 'first', 'second', 'output', 'block'])

export function useProblem(): (problem: Pick<Problem, 'code' | 'params'>) => string {
  const { t } = useI18n()
  const { title } = useBlockNames()
  const named = ([name, value]: [string, string | number]): [string, string | number] =>
    typeof value === 'string' && blockParams.has(name)
      ? [name, value.split(', ').map(title).join(t('canvas.listComma'))]
      : [name, value]
  return ({ code, params }) => format(t(`errors.${code}`), Object.fromEntries(Object.entries(params).map(named)))
}

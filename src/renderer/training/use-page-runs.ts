/** The runs of this page, provided to the application; also available in stores. */
import { inject, type InjectionKey } from 'vue'
import type { PageRuns } from './page-runs'

export const pageRunsKey: InjectionKey<PageRuns> = Symbol('page-runs')

export function usePageRuns(): PageRuns {
  const runs = inject(pageRunsKey)
  if (!runs) throw new Error('the application was set up without runs of the page')
  return runs
}

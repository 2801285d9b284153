/** ELK, loaded on first use and run in a worker so that layout does not block the interface. */
import workerUrl from 'elkjs/lib/elk-worker.min.js?url'
import type { Layout } from './tidy'

let loading: Promise<Layout> | undefined

export function loadElk(): Promise<Layout> {
  loading ??= import('elkjs/lib/elk-api').then(({ default: Elk }) => new Elk({ workerFactory: () => new Worker(workerUrl) }))
  return loading
}

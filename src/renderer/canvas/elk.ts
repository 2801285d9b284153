/** ELK, loaded when it is first needed, working in a worker of its own so that the interface never waits for it. */
import workerUrl from 'elkjs/lib/elk-worker.min.js?url'
import type { Layout } from './tidy'

let loading: Promise<Layout> | undefined

export function loadElk(): Promise<Layout> {
  loading ??= import('elkjs/lib/elk-api').then(({ default: Elk }) => new Elk({ workerFactory: () => new Worker(workerUrl) }))
  return loading
}

/** A worker of this page. */
import { pageWorkerEvents, pageWorkerMethods, type PageWorkerEvents, type PageWorkerMethods } from '@core/contract/page-worker'
import { connect, type Connection } from '@core/contract/rpc'

export type PageWorker = Connection<PageWorkerMethods, PageWorkerEvents>
export type StartPageWorker = () => PageWorker

/** Its code is loaded when it starts. The connection closes when it crashes. */
export function startPageWorker(): PageWorker {
  const worker = new Worker(new URL('./page-worker.ts', import.meta.url), { type: 'module' })
  const closed: (() => void)[] = []
  worker.addEventListener('error', () => {
    worker.terminate()
    for (const listener of closed) listener()
  })
  return connect(
    {
      post: (message) => worker.postMessage(message),
      onMessage: (listener) => worker.addEventListener('message', ({ data }: MessageEvent<unknown>) => listener(data)),
      onClose: (listener) => void closed.push(listener),
      close: () => worker.terminate(),
    },
    pageWorkerMethods,
    pageWorkerEvents,
  )
}

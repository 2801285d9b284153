/** Trains a lab in a worker of the page. A separate chunk of the build, loaded on demand. */
import type { TrainingNews, TrainingRequest } from './messages'

/** Calls `tell` for each event, in order. Returns a function that terminates the worker. */
export function trainInPage(request: TrainingRequest, tell: (news: TrainingNews) => void): () => void {
  const worker = new Worker(new URL('./training-worker.ts', import.meta.url), { type: 'module' })
  const end = (): void => worker.terminate()
  worker.addEventListener('message', ({ data }: MessageEvent<TrainingNews>) => {
    if (data.kind !== 'step') end()
    tell(data)
  })
  // Fires if the worker fails to start or crashes; errors of the training itself arrive as messages.
  worker.addEventListener('error', ({ message }) => {
    end()
    tell({
      kind: 'problem',
      problem: { code: 'engine.unavailable', params: { engine: 'tfjs', detail: message || 'no worker' } },
    })
  })
  worker.postMessage(request)
  return end
}

/** Trains a lab in a thread of the page itself. A file of its own in the build, which is loaded only when it is asked for. */
import type { TrainingNews, TrainingRequest } from './messages'

/** Tells what comes of it, in order. Returns a function that ends the thread at once. */
export function trainInPage(request: TrainingRequest, tell: (news: TrainingNews) => void): () => void {
  const worker = new Worker(new URL('./training-worker.ts', import.meta.url), { type: 'module' })
  const end = (): void => worker.terminate()
  worker.addEventListener('message', ({ data }: MessageEvent<TrainingNews>) => {
    if (data.kind !== 'step') end()
    tell(data)
  })
  // The thread did not start, or broke: whatever training throws arrives as a message.
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

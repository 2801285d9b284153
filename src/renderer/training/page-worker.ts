/** Entry of the page's own worker, which trains with TensorFlow.js as a worker process of a host does. */
import { createTfjsExecutor } from '@engine/tfjs/executor'
import { servePageWorker } from './serve-page-worker'
import { threadSurroundings } from './surroundings'
import { wasmFiles } from './wasm-files'

servePageWorker(
  {
    post: (message) => postMessage(message),
    onMessage: (listener) => addEventListener('message', ({ data }: MessageEvent<unknown>) => listener(data)),
    onClose: () => undefined, // it is terminated with its model
    close: () => close(),
  },
  threadSurroundings,
  () => createTfjsExecutor(wasmFiles),
)

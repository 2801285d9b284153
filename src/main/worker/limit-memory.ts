/** A limit on the memory of this process, for trials of models whose need was estimated too low. */
import { Worker } from 'node:worker_threads'

/** Milliseconds between looks. */
const every = 20

/** A thread of its own looks, since an engine may compute for seconds in the main one. As text: the worker is one file. */
const watch = `
const { workerData: { bytes, every } } = require('node:worker_threads')
setInterval(() => {
  if (process.memoryUsage.rss() > bytes) process.kill(process.pid, 'SIGKILL')
}, every)
`

/** Ends this process by SIGKILL, whatever it is doing, as soon as more than `bytes` of it are in memory. */
export function limitMemory(bytes: number): void {
  new Worker(watch, { eval: true, workerData: { bytes, every } }).unref()
}

/** Analyses labs in a worker so that a large one does not block the page. */
import { inject, type InjectionKey } from 'vue'
import { fromProblem, LabError, type Problem } from '@core/errors'
import type { analyse } from '@core/graph/analyse'
import type { Analysis } from '@core/graph/analysis'

export type Question = Parameters<typeof analyse>
export type Answer = { readonly analysis: Analysis } | { readonly problem: Problem }

/**
 * Rejects with a LabError: the one that `analyse` threw, `process.ended` if the worker failed to start or crashed, or
 * `lab.analysis-too-long`.
 */
export type Analyser = (...question: Question) => Promise<Analysis>

export const analyserKey: InjectionKey<Analyser> = Symbol('analyser')

export function useAnalyser(): Analyser {
  const analyser = inject(analyserKey)
  if (!analyser) throw new Error('nothing analyses labs here')
  return analyser
}

export const startWorker = (): Worker =>
  new Worker(new URL('./analysis-worker.ts', import.meta.url), { type: 'module', name: 'analysis' })

/** Milliseconds: several times what the largest lab takes on a slow machine. */
const longest = 30_000

/** Starts a worker at once, so that it is ready when a lab is opened, and a new one on the next request after a crash or timeout. */
export function createAnalyser(start: () => Worker): Analyser {
  /** Pending requests in the order sent; the worker answers in the same order. */
  let waiting: { resolve(found: Analysis): void; reject(reason: LabError): void }[] = []
  let worker: Worker | null = open()
  let timer: ReturnType<typeof setTimeout> | undefined

  function open(): Worker {
    const opened = start()
    opened.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
      const asked = waiting.shift()
      expectAnswer()
      if ('analysis' in data) asked?.resolve(data.analysis)
      else asked?.reject(fromProblem(data.problem))
    })
    opened.addEventListener('error', (event) => {
      event.preventDefault()
      if (worker === opened) end(new LabError('process.ended', { how: event.message }))
    })
    return opened
  }

  function end(reason: LabError): void {
    worker?.terminate()
    worker = null
    const left = waiting
    waiting = []
    expectAnswer()
    for (const { reject } of left) reject(reason)
  }

  /** Restarts the timeout for the request that the worker handles now. */
  function expectAnswer(): void {
    clearTimeout(timer)
    if (waiting.length === 0) return
    timer = setTimeout(() => end(new LabError('lab.analysis-too-long', { seconds: longest / 1000 })), longest)
  }

  return (...question) =>
    new Promise((resolve, reject) => {
      worker ??= open()
      waiting.push({ resolve, reject })
      if (waiting.length === 1) expectAnswer()
      worker.postMessage(question)
    })
}

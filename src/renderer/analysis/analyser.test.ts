import { afterEach, describe, expect, it, vi } from 'vitest'
import { LabError } from '@core/errors'
import { analyse } from '@core/graph/analyse'
import { firstModel, lab, signature } from '@core/graph/testing'
import { createAnalyser, type Answer, type Question } from './analyser'

/** A worker whose answers the test sends by hand. */
class FakeWorker extends EventTarget {
  readonly asked: Question[] = []
  ended = false
  postMessage(question: Question): void {
    this.asked.push(structuredClone(question))
  }
  terminate(): void {
    this.ended = true
  }
  answer(data: Answer): void {
    this.dispatchEvent(new MessageEvent('message', { data: structuredClone(data) }))
  }
  breakDown(message: string): void {
    this.dispatchEvent(Object.assign(new Event('error', { cancelable: true }), { message }))
  }
}

function started() {
  const workers: FakeWorker[] = []
  const analyser = createAnalyser(() => {
    const worker = new FakeWorker()
    workers.push(worker)
    return worker as unknown as Worker
  })
  return { workers, analyser }
}

afterEach(() => {
  vi.useRealTimers()
})

describe('the analyser', () => {
  it('starts a worker in advance and answers each request in order', async () => {
    const { workers, analyser } = started()
    expect(workers).toHaveLength(1)
    const documents = [firstModel(), lab(['tokens'], [])]
    const found = documents.map((document) => analyser(document, signature))
    expect(workers[0]?.asked).toEqual(documents.map((document) => [document, signature]))
    for (const document of documents) workers[0]?.answer({ analysis: analyse(document, signature) })
    expect(await Promise.all(found)).toEqual(documents.map((document) => analyse(document, signature)))
  })

  it('rejects with the error of the analysis', async () => {
    const { workers, analyser } = started()
    const found = analyser(firstModel(), signature)
    workers[0]?.answer({ problem: { code: 'graph.unknown-node', params: { node: 'norm' } } })
    await expect(found).rejects.toThrow(new LabError('graph.unknown-node', { node: 'norm' }))
  })

  it('rejects when the worker crashes, and starts a new one for the next request', async () => {
    const { workers, analyser } = started()
    const lost = [analyser(firstModel(), signature), analyser(firstModel(), signature)]
    workers[0]?.breakDown('out of memory')
    for (const each of await Promise.allSettled(lost))
      expect(each).toMatchObject({ status: 'rejected', reason: { code: 'process.ended', params: { how: 'out of memory' } } })
    expect([workers.length, workers[0]?.ended]).toEqual([1, true])
    const found = analyser(firstModel(), signature)
    workers[1]?.answer({ analysis: analyse(firstModel(), signature) })
    expect((await found).problems).toEqual([])
  })

  it('terminates a worker that times out, rejects, and starts a new one for the next request', async () => {
    vi.useFakeTimers()
    const { workers, analyser } = started()
    const lost = analyser(firstModel(), signature).catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(29_999)
    expect(workers[0]?.ended).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(await lost).toEqual(new LabError('lab.analysis-too-long', { seconds: 30 }))
    expect(workers[0]?.ended).toBe(true)
    const found = analyser(firstModel(), signature)
    workers[1]?.answer({ analysis: analyse(firstModel(), signature) })
    expect((await found).problems).toEqual([])
  })

  it('gives each request its own timeout, and an idle worker none', async () => {
    vi.useFakeTimers()
    const { workers, analyser } = started()
    const found = [analyser(firstModel(), signature), analyser(firstModel(), signature)]
    for (let answered = 0; answered < found.length; answered++) {
      await vi.advanceTimersByTimeAsync(29_000)
      workers[0]?.answer({ analysis: analyse(firstModel(), signature) })
    }
    expect(await Promise.all(found)).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(100_000)
    expect(workers[0]?.ended).toBe(false)
  })
})

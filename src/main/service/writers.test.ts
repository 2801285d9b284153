/** Writers, with processes that answer what a test says. */
import { describe, expect, it, vi } from 'vitest'
import { writingRequest, type WritingProgress } from '@core/contract/writing'
import { LabError } from '@core/errors'
import { fakeRuns } from './testing/fake-runs'
import { createWriters, type WriterRequest } from './writers'

const never = () => new Promise<never>(() => undefined)
const request = (change: Partial<WriterRequest> = {}): WriterRequest => ({
  engine: 'auto',
  model: () => Promise.resolve({ directory: '/run', data: 'a text' }),
  request: writingRequest.parse({ prompt: 'once' }),
  onProgress: () => undefined,
  ...change,
})
const me = {}

describe('a writer', () => {
  it('is given the model and what to write, and its process ends with the answer', async () => {
    const runs = fakeRuns()
    const writing = await createWriters(runs.spawn).write(me, request())
    expect(writing).toMatchObject({ prompt: 'once', written: [{ text: 'on and on' }] })
    expect(runs.processes[0]!.calls.write).toEqual([
      { engine: 'auto', directory: '/run', data: 'a text', request: request().request },
    ])
    expect(runs.processes[0]!.ended).not.toBeNull()
  })

  it('tells what there is so far', async () => {
    const progress: WritingProgress = { prompt: 'once', written: [{ text: ' upon', logProbability: null }] }
    const runs = fakeRuns({ write: never })
    const onProgress = vi.fn()
    const writers = createWriters(runs.spawn)
    const writing = writers.write(me, request({ onProgress }))
    await vi.waitFor(() => expect(runs.processes[0]!.calls.write).toHaveLength(1))
    runs.processes[0]!.emit('written', progress)
    await vi.waitFor(() => expect(onProgress).toHaveBeenCalledExactlyOnceWith(progress))
    writers.close()
    expect(await writing).toBeNull()
  })

  it('that is hushed ends with nothing, and so does its process; others go on', async () => {
    const runs = fakeRuns({ write: never })
    const writers = createWriters(runs.spawn)
    const [mine, others] = [writers.write(me, request()), writers.write({}, request())]
    writers.hush(me)
    expect(await mine).toBeNull()
    expect(runs.processes.map(({ ended }) => ended !== null)).toEqual([true, false])
    writers.close()
    expect(await others).toBeNull()
    writers.hush(me) // nothing is being written any more
  })

  it('can be hushed before its model is there', async () => {
    const runs = fakeRuns()
    const writers = createWriters(runs.spawn)
    const writing = writers.write(me, request({ model: never }))
    writers.hush(me)
    expect(await writing).toBeNull()
    expect(runs.processes[0]).toMatchObject({ ended: expect.any(String) as string, calls: { write: [] } })
  })

  it('makes way for the next thing the same one asks for', async () => {
    let asked = 0
    const runs = fakeRuns({
      write: ({ request: { prompt } }) =>
        ++asked === 1 ? never() : { prompt, written: [], tokens: 0, milliseconds: 1, cached: true, engine: 'tfjs', step: 2 },
    })
    const writers = createWriters(runs.spawn)
    const first = writers.write(me, request())
    await vi.waitFor(() => expect(asked).toBe(1))
    expect(await writers.write(me, request())).toMatchObject({ step: 2 })
    expect(await first).toBeNull()
  })

  it('fails with why its model is not there, and with how its process died', async () => {
    const missing = new LabError('weights.no-checkpoint', { run: 'r' })
    const runs = fakeRuns({ write: never })
    const writers = createWriters(runs.spawn)
    await expect(writers.write(me, request({ model: () => Promise.reject(missing) }))).rejects.toBe(missing)
    expect(runs.processes[0]!.ended).not.toBeNull()
    const writing = writers.write(me, request())
    await vi.waitFor(() => expect(runs.processes[1]!.calls.write).toHaveLength(1))
    runs.processes[1]!.die('SIGSEGV')
    await expect(writing).rejects.toMatchObject({ code: 'process.ended', params: { how: 'SIGSEGV' } })
  })
})

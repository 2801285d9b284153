// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { WritingRequest } from '@core/contract/writing'
import { LabError } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import { fakeHost, smallLab, type FakeHost } from '../testing/fake-host'
import { useFiles } from './files'
import { useRun } from './run'
import { useTask } from './task'
import { useWriting } from './writing'

const tasks = {
  text: { kind: 'characters', params: { length: 8 } },
  dates: { kind: 'dates', params: {} },
  reverse: smallLab().task,
} satisfies Record<string, LabDocument['task']>

let host: FakeHost
beforeEach(() => (host = fakeHost()))
async function train(task: keyof typeof tasks): Promise<ReturnType<typeof useWriting>> {
  useFiles().open({ ...smallLab(), task: tasks[task] })
  await vi.waitFor(() => expect(useTask().spec).not.toBeNull())
  await useRun().play()
  return useWriting()
}
const asked = () => host.callsOf('runs.write') as { run: string; request: WritingRequest }[]

describe('what can be written', () => {
  it.each([
    ['text', 'on'],
    ['dates', 'source'],
    ['reverse', null],
  ] as const)('with %s: %s', async (task, kind) => {
    useFiles().open({ ...smallLab(), task: tasks[task] })
    const writing = useWriting()
    await vi.waitFor(() => expect(useTask().spec).not.toBeNull())
    expect(writing.kind).toBe(kind) // it is shown before there is anything to write with
    await writing.write()
    expect(asked()).toEqual([])
  })
})

describe('a text', () => {
  it('is asked for with its prompt, or with what is to be read', async () => {
    const writing = await train('text')
    writing.prompt = 'Once'
    await writing.write()
    expect(asked().at(-1)).toMatchObject({ run: 'run-1', request: { prompt: 'Once', source: null, temperature: 0.8 } })
    expect(writing.done).toMatchObject({ prompt: 'Once', written: [{ text: ' of run-1' }] })

    await train('dates')
    writing.source = 'third of may'
    await writing.write()
    expect(asked().at(-1)!.request).toMatchObject({ prompt: '', source: 'third of may', temperature: 0, beam: 3 })
  })

  it('is another one when it is asked for again, by another seed', async () => {
    const writing = await train('text')
    const seeds = async () => {
      await writing.write()
      return asked().at(-1)!.request.seed
    }
    expect([await seeds(), await seeds(), await seeds()]).toEqual([1, 2, 3])
    writing.prompt = 'something else'
    expect(await seeds()).toBe(3)
    writing.settings.on = { ...writing.settings.on, temperature: 0 }
    expect([await seeds(), await seeds()]).toEqual([3, 3])
  })

  it('with the same seed is another one anyway once the model has learnt more', async () => {
    const writing = await train('text')
    await writing.write()
    expect(writing.same).toBe(true)
    await useRun().pause()
    await useRun().step()
    await vi.waitFor(() => expect(writing.same).toBe(false))
  })

  it('is shown while it comes, and stays as it is when it is stopped', async () => {
    const writing = await train('text')
    let finish: (() => void) | undefined
    host.answering.set('runs.write', () => new Promise((resolve) => (finish = () => resolve(null))))
    const over = writing.write()
    await vi.waitFor(() => expect(finish).toBeDefined())
    const told = (run: string, text: string) =>
      host.emit('run.written', { run, prompt: '', written: [{ text, logProbability: null }] })
    told('run-1', 'so far')
    told('run-2', 'of another run')
    await vi.waitFor(() => expect(writing.latest?.written[0]?.text).toBe('so far'))
    await writing.hush()
    expect(host.callsOf('runs.hush')).toHaveLength(1)
    finish!()
    await over
    expect(writing.busy).toBe(false)
    expect(writing.latest?.written[0]?.text).toBe('so far')
    expect(writing.done).toBeNull()
  })

  it('that cannot be written says why, until the next one', async () => {
    const writing = await train('text')
    host.failing.set('runs.write', new LabError('generate.unknown-character', { character: 'ß' }))
    await writing.write()
    expect(writing.problem).toMatchObject({ code: 'generate.unknown-character', params: { character: 'ß' } })
    expect(writing.busy).toBe(false)
    host.failing.clear()
    await writing.write()
    expect(writing.problem).toBeNull()
  })

  it('goes with its run, and one that is still being written is stopped', async () => {
    const writing = await train('text')
    await writing.write()
    host.answering.set('runs.write', () => new Promise(() => undefined))
    void writing.write()
    await vi.waitFor(() => expect(asked()).toHaveLength(2))
    await useRun().restart()
    expect(host.callsOf('runs.hush')).toHaveLength(1)
    expect([writing.latest, writing.busy]).toEqual([null, false])
  })
})

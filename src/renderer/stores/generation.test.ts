// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Call } from '@core/contract/table'
import type { GenerationProgress, GenerationRequest } from '@core/contract/generation'
import { LabError } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import { fakeHost, smallLab, type FakeHost } from '../testing/fake-host'
import { useFiles } from './files'
import { useRun } from './run'
import { useTask } from './task'
import { useGeneration } from './generation'

const tasks = {
  text: { kind: 'characters', params: { length: 8 } },
  dates: { kind: 'dates', params: {} },
  reverse: smallLab().task,
} satisfies Record<string, LabDocument['task']>

let host: FakeHost
beforeEach(() => (host = fakeHost()))
async function train(task: keyof typeof tasks): Promise<ReturnType<typeof useGeneration>> {
  useFiles().open({ ...smallLab(), task: tasks[task] })
  await vi.waitFor(() => expect(useTask().spec).not.toBeNull())
  await useRun().play()
  return useGeneration()
}
const asked = () => host.callsOf('models.generate') as { model: { run: string }; request: GenerationRequest }[]

describe('what can be generated', () => {
  it.each([
    ['text', 'prompt'],
    ['dates', 'source'],
    ['reverse', null],
  ] as const)('with %s: %s', async (task, kind) => {
    useFiles().open({ ...smallLab(), task: tasks[task] })
    const generation = useGeneration()
    await vi.waitFor(() => expect(useTask().spec).not.toBeNull())
    expect(generation.kind).toBe(kind) // it is shown before there is a model to generate with
    await generation.generate()
    expect(asked()).toEqual([])
  })
})

describe('a text', () => {
  it('is reported with the prompt as the model has read it, where that differs', async () => {
    const generation = await train('text')
    generation.prompt = 'Once'
    await generation.generate()
    expect(generation.readAs).toBeUndefined()
    host.answering.set('models.generate', () => ({
      ...{ prompt: 'Once', written: [{ text: ' of', logProbability: null }] },
      ...{ tokens: 1, milliseconds: 20, cached: true, engine: 'tfjs', step: 3 },
    }))
    generation.prompt = 'Once '
    await generation.generate()
    expect(generation.readAs).toBe('Once')
  })

  it('is asked for with its prompt, or with what is to be read', async () => {
    const generation = await train('text')
    generation.prompt = 'Once'
    await generation.generate()
    expect(asked().at(-1)).toMatchObject({
      model: { run: 'run-1' },
      request: { prompt: 'Once', source: null, temperature: 0.8 },
    })
    expect(generation.done).toMatchObject({ prompt: 'Once', written: [{ text: ' of run-1' }] })

    await train('dates')
    generation.source = 'third of may'
    await generation.generate()
    expect(asked().at(-1)!.request).toMatchObject({ prompt: '', source: 'third of may', temperature: 0, beam: 3 })
  })

  it('is another one when it is asked for again, by another seed', async () => {
    const generation = await train('text')
    const seeds = async () => {
      await generation.generate()
      return asked().at(-1)!.request.seed
    }
    expect([await seeds(), await seeds(), await seeds()]).toEqual([1, 2, 3])
    generation.prompt = 'something else'
    expect(await seeds()).toBe(3)
    generation.settings.prompt = { ...generation.settings.prompt, temperature: 0 }
    expect([await seeds(), await seeds()]).toEqual([3, 3])
  })

  it('with the same seed is another one anyway once the model has learnt more', async () => {
    const generation = await train('text')
    await generation.generate()
    expect(generation.same).toBe(true)
    await useRun().pause()
    await useRun().step()
    await vi.waitFor(() => expect(generation.same).toBe(false))
  })

  it('is shown while it comes, and stays as it is when it is cancelled', async () => {
    const generation = await train('text')
    const calls: Call<GenerationProgress>[] = []
    host.answering.set('models.generate', (call) => {
      calls.push(call as unknown as Call<GenerationProgress>)
      return new Promise(() => undefined)
    })
    const over = generation.generate()
    await vi.waitFor(() => expect(calls).toHaveLength(1))
    calls[0]!.part({ prompt: '', written: [{ text: 'so far', logProbability: null }] })
    await vi.waitFor(() => expect(generation.latest?.written[0]?.text).toBe('so far'))
    generation.cancel()
    await over
    await vi.waitFor(() => expect(calls[0]!.signal.aborted).toBe(true))
    expect([generation.busy, generation.done, generation.problem]).toEqual([false, null, null])
    expect(generation.latest?.written[0]?.text).toBe('so far')
  })

  it('that cannot be generated says why, until the next one', async () => {
    const generation = await train('text')
    host.failing.set('models.generate', new LabError('generate.unknown-character', { character: 'ß' }))
    await generation.generate()
    expect(generation.problem).toMatchObject({ code: 'generate.unknown-character', params: { character: 'ß' } })
    expect(generation.busy).toBe(false)
    host.failing.clear()
    await generation.generate()
    expect(generation.problem).toBeNull()
  })

  it('goes with its run, and one that is still on its way is cancelled', async () => {
    const generation = await train('text')
    await generation.generate()
    const calls: Call<never>[] = []
    host.answering.set('models.generate', (call) => {
      calls.push(call)
      return new Promise(() => undefined)
    })
    void generation.generate()
    await vi.waitFor(() => expect(calls).toHaveLength(1))
    await useRun().trainAgain()
    await vi.waitFor(() => expect(calls[0]!.signal.aborted).toBe(true))
    expect([generation.latest, generation.busy]).toEqual([null, false])
  })
})

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

describe('the kind of generation', () => {
  it.each([
    ['text', 'prompt'],
    ['dates', 'source'],
    ['reverse', null],
  ] as const)('for %s is %s', async (task, kind) => {
    useFiles().open({ ...smallLab(), task: tasks[task] })
    const generation = useGeneration()
    await vi.waitFor(() => expect(useTask().spec).not.toBeNull())
    expect(generation.kind).toBe(kind) // shown even before there is a model
    await generation.generate()
    expect(asked()).toEqual([])
  })
})

describe('a generated text', () => {
  it('includes the prompt as tokenised, if it differs from the input', async () => {
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

  it('is requested with its prompt or source', async () => {
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

  it('uses a new seed when the request is repeated', async () => {
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

  it('may change with the same seed once the model has trained further', async () => {
    const generation = await train('text')
    await generation.generate()
    expect(generation.same).toBe(true)
    await useRun().pause()
    await useRun().step()
    await vi.waitFor(() => expect(generation.same).toBe(false))
  })

  it('is shown as it arrives, and the partial text remains after cancelling', async () => {
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

  it('reports the reason if it fails, until the next request', async () => {
    const generation = await train('text')
    host.failing.set('models.generate', new LabError('generate.unknown-character', { character: 'ß' }))
    await generation.generate()
    expect(generation.problem).toMatchObject({ code: 'generate.unknown-character', params: { character: 'ß' } })
    expect(generation.busy).toBe(false)
    host.failing.clear()
    await generation.generate()
    expect(generation.problem).toBeNull()
  })

  it('is cleared with its run, and cancelled if still pending', async () => {
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

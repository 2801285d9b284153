// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { firstModel } from '@core/graph/testing'
import type { LookRequest } from '@core/contract/look'
import { LabError } from '@core/errors'
import { fakeHost, statusOf, type FakeHost } from '../testing/fake-host'
import { fakeLook } from '../testing/fake-looks'
import { useAnalysis } from './analysis'
import { useFiles } from './files'
import { useLab } from './lab'
import { useLooks } from './looks'
import { useMutes } from './mutes'
import { useNotices } from './notices'
import { shortest } from './pace'
import { useRun } from './run'

let host: FakeHost
beforeEach(async () => {
  localStorage.clear()
  host = fakeHost()
  useLooks()
  useFiles().open(firstModel(8, 2))
  await vi.waitFor(() => expect(useAnalysis().result?.problems).toEqual([]))
})
const probe = (name: string) => ({ values: [{ name }] })
/** Look requests of all open subscriptions. */
const asked = (): LookRequest[] => host.streams('models.look').map(({ argument }) => argument.look)
const askedFor = () => asked().map(({ values }) => values.map(({ name }) => name))
const settle = () => new Promise((resolve) => setTimeout(resolve, 60))
async function played(): Promise<ReturnType<typeof useLooks>> {
  await useRun().play()
  return useLooks()
}
const refusing =
  (code: 'look.too-long' | 'model.made-room', when: (request: LookRequest) => boolean) => (request: LookRequest) => {
    if (when(request)) throw new LabError(code, { given: 9, limit: 8 })
    return fakeLook(request)
  }

describe('the request', () => {
  it('combines the values of all visible views in one subscription, and ends with them', async () => {
    const looks = await played()
    looks.want('a', probe('x/output'))
    looks.want('b', { values: [{ name: 'x/output' }, { name: 'x/weight' }] })
    await vi.waitFor(() => expect(askedFor()).toEqual([['x/output', 'x/weight']]))
    expect(host.streams('models.look')[0]!.argument).toMatchObject({ model: { run: 'run-1', step: 'now' }, every: 100 })
    looks.want('b', null)
    await vi.waitFor(() => expect(askedFor()).toEqual([['x/output']]))
    looks.want('a', null)
    await vi.waitFor(() => expect(asked()).toEqual([]))
  })

  it('is a slice if all views want the same one, else the whole value', async () => {
    const looks = await played()
    const of = (head: number) => ({ values: [{ name: 'x/attention', slice: { head } }] })
    looks.want('a', of(1))
    looks.want('b', of(1))
    await vi.waitFor(() => expect(asked()[0]?.values).toEqual([{ name: 'x/attention', slice: { head: 1 } }]))
    looks.want('b', of(0))
    await vi.waitFor(() => expect(asked()[0]?.values).toEqual([{ name: 'x/attention' }]))
  })

  it('includes the listed validation samples, and the chosen one if it is not among them', async () => {
    const looks = await played()
    looks.want('list', { samples: 3 })
    await vi.waitFor(() => expect(asked()).toMatchObject([{ inputs: [{ sample: 0 }, { sample: 1 }, { sample: 2 }], focus: 0 }]))
    looks.chooseSample(2)
    await vi.waitFor(() => expect(asked()).toMatchObject([{ focus: 2 }]))
    looks.chooseSample(17)
    await vi.waitFor(() => expect(asked()[0]).toMatchObject({ inputs: { length: 4 }, focus: 3 }))
    await vi.waitFor(() => expect(looks.input).toEqual({ sample: 17 }))
    expect(looks.inputs.map(({ input }) => input)).toEqual([0, 1, 2, 17].map((sample) => ({ sample })))
  })

  it('follows mutes and undo', async () => {
    const looks = await played()
    looks.want('a', probe('x/output'))
    await vi.waitFor(() => expect(asked()).toHaveLength(1))
    useMutes().toggle('multi-head/heads', 1, 2)
    await vi.waitFor(() => expect(asked()).toMatchObject([{ mutes: { 'multi-head/heads': [1, 0] } }]))
    useLab().undo()
    await vi.waitFor(() => expect(asked()).toMatchObject([{ mutes: {} }]))
  })

  it('is sent once for a series of changes', async () => {
    const looks = await played()
    looks.want('a', probe('x/output'))
    await vi.waitFor(() => expect(asked()).toHaveLength(1))
    const before = host.callsOf('models.look').length
    for (let sample = 1; sample < 20; sample++) {
      looks.chooseSample(sample)
      await Promise.resolve()
    }
    await vi.waitFor(() => expect(asked()).toMatchObject([{ inputs: [{ sample: 19 }] }]))
    expect(host.callsOf('models.look')).toHaveLength(before + 1)
  })

  it('is not resent on run events', async () => {
    const looks = await played()
    looks.want('a', probe('x/output'))
    await vi.waitFor(() => expect(host.streams('runs.follow')).toHaveLength(1))
    await vi.waitFor(() => expect(asked()).toHaveLength(1))
    host.tell(statusOf('run-1', { step: 5 }))
    await vi.waitFor(() => expect(useRun().status?.step).toBe(5))
    await settle()
    expect(host.callsOf('models.look')).toHaveLength(1)
  })

  it('is suspended while the window is hidden', async () => {
    const looks = await played()
    looks.want('a', probe('x/output'))
    await vi.waitFor(() => expect(asked()).toHaveLength(1))
    const hidden = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
    document.dispatchEvent(new Event('visibilitychange'))
    await vi.waitFor(() => expect(asked()).toEqual([]))
    hidden.mockRestore()
    document.dispatchEvent(new Event('visibilitychange'))
    await vi.waitFor(() => expect(asked()).toHaveLength(1))
  })

  it('is not sent before the run has a model', async () => {
    host.answering.set('runs.start', () => {
      const queued = statusOf('run-1', { state: 'queued', queue: 1 })
      host.runs.set('run-1', queued)
      return queued
    })
    const looks = await played()
    looks.want('a', probe('x/output'))
    await vi.waitFor(() => expect(host.streams('runs.follow')).toHaveLength(1))
    await settle()
    expect(host.callsOf('models.look')).toEqual([])
    host.tell(statusOf('run-1'))
    await vi.waitFor(() => expect(asked()).toHaveLength(1))
  })
})

describe('the look on screen', () => {
  it.each(['paused', 'finished', 'stopped', 'interrupted', 'failed'] as const)(
    'is available when a run is %s',
    async (state) => {
      const status = statusOf('other', { state, step: 100, checkpoint: 100 })
      host.runs.set('other', status)
      host.trained.set('other', firstModel(8, 2))
      const looks = useLooks()
      looks.want('a', probe('x/output'))
      await useRun().open(status)
      await vi.waitFor(() => expect(looks.value('x/output')?.data).toEqual(Float32Array.of(1)))
      expect(looks.shown?.run).toBe('other')
    },
  )

  it('is updated as parts arrive, and stays until the next one is available', async () => {
    const looks = await played()
    looks.want('a', probe('x/output'))
    await vi.waitFor(() => expect(looks.shown?.look.step).toBe(0))
    const [stream] = host.streams('models.look')
    stream!.part({ ...fakeLook(stream!.argument.look), step: 10 })
    await vi.waitFor(() => expect(looks.shown?.look.step).toBe(10))

    let answer = (): void => undefined
    host.answering.set('models.look', () => new Promise((resolve) => (answer = () => resolve(null))))
    looks.chooseSample(1)
    await vi.waitFor(() => expect(host.callsOf('models.look')).toHaveLength(2))
    await settle()
    expect([looks.input, looks.shown?.look.step]).toEqual([{ sample: 0 }, 10])
    answer()
  })

  it('stays until a new run of the same lab has its own, and is cleared with the lab', async () => {
    const looks = await played()
    looks.want('a', probe('x/output'))
    await vi.waitFor(() => expect(looks.shown?.run).toBe('run-1'))
    host.answering.set('models.look', () => new Promise(() => undefined))
    await useRun().trainAgain()
    await settle()
    expect([useRun().status?.run, looks.shown?.run]).toEqual(['run-2', 'run-1'])
    useFiles().open(firstModel(8, 2))
    expect(looks.shown).toBeNull()
  })

  it('is not taken from the lab before, whose answer may still be on its way', async () => {
    const looks = await played()
    looks.want('a', probe('x/output'))
    await vi.waitFor(() => expect(looks.shown?.run).toBe('run-1'))
    const [stream] = host.streams('models.look')
    useFiles().open(firstModel(8, 2))
    stream!.part({ ...fakeLook(stream!.argument.look), step: 10 })
    await new Promise((resolve) => setTimeout(resolve, 4 * shortest)) // redraws are that far apart
    expect([looks.shown, looks.inputs, asked()]).toEqual([null, [], []])
  })

  it('is requested again after a lost connection', async () => {
    const looks = await played()
    looks.want('a', probe('x/output'))
    await vi.waitFor(() => expect(asked()).toHaveLength(1))
    host.disconnect()
    await vi.waitFor(() => expect(host.callsOf('models.look')).toHaveLength(2), { timeout: 5000 })
    expect([looks.problem, useNotices().notices]).toEqual([null, []])
  })
})

describe('a failed look', () => {
  it('reports the problem in place and can be retried', async () => {
    let isFull = true
    host.look = refusing('model.made-room', () => isFull)
    const looks = await played()
    looks.want('a', probe('x/output'))
    await vi.waitFor(() => expect(looks.problem?.code).toBe('model.made-room'))
    expect(useNotices().notices).toEqual([])
    isFull = false
    looks.retry()
    await vi.waitFor(() => expect(looks.value('x/output')).not.toBeNull())
    expect(looks.problem).toBeNull()
  })

  it('is retried when the state of the run changes', async () => {
    const look = refusing('model.made-room', () => useRun().status?.state === 'running')
    host.look = look
    const looks = await played()
    await vi.waitFor(() => expect(host.streams('runs.follow')).toHaveLength(1))
    looks.want('a', probe('x/output'))
    await vi.waitFor(() => expect(looks.problem).not.toBeNull())
    host.tell(statusOf('run-1', { state: 'finished', step: 100, checkpoint: 100 }))
    await vi.waitFor(() => expect(looks.problem).toBeNull())
  })

  it('omits a value that is too large and shows the others', async () => {
    host.look = (request) => {
      const large = request.values.find(({ name }) => name === 'x/large')
      if (large) throw new LabError('look.too-large', { name: large.name, count: 9e6, most: 4e6 })
      return fakeLook(request)
    }
    const looks = await played()
    looks.want('a', { values: [{ name: 'x/large' }, { name: 'x/output' }] })
    await vi.waitFor(() => expect(looks.value('x/output')).not.toBeNull())
    expect([looks.refused.get('x/large')?.code, looks.problem]).toEqual(['look.too-large', null])
    looks.want('a', { values: [{ name: 'x/large', slice: { head: 0 } }] })
    expect(looks.refused.size).toBe(0)
  })
})

describe('custom input', () => {
  const own = (text: string) => ({ text, source: null })

  it('replaces the sample until one is chosen', async () => {
    const looks = await played()
    looks.want('list', { samples: 2 })
    looks.chooseOwn(own('abc'))
    await vi.waitFor(() => expect(looks.input).toEqual(own('abc')))
    expect(looks.seen?.tokens).toHaveLength(3)
    expect(looks.inputs).toHaveLength(3)
    looks.chooseSample(1)
    await vi.waitFor(() => expect(looks.input).toEqual({ sample: 1 }))
    expect(looks.own).toBeNull()
  })

  it('reports the problem if invalid and shows the sample; a new input is tried again', async () => {
    host.look = refusing('look.too-long', ({ inputs }) => inputs.some((input) => 'text' in input && input.text.length > 8))
    const looks = await played()
    looks.want('list', { samples: 2 })
    looks.chooseOwn(own('much too long'))
    await vi.waitFor(() => expect(looks.ownProblem?.code).toBe('look.too-long'))
    await vi.waitFor(() => expect(looks.input).toEqual({ sample: 0 }))
    expect([looks.problem, looks.own]).toEqual([null, own('much too long')])
    looks.chooseOwn(own('short'))
    await vi.waitFor(() => expect(looks.input).toEqual(own('short')))
    expect(looks.ownProblem).toBeNull()
  })

  it('is cleared with the lab', async () => {
    const looks = await played()
    looks.want('list', { samples: 2 })
    looks.chooseOwn(own('abc'))
    useFiles().open(firstModel(8, 2))
    expect([looks.own, looks.sample, looks.shown]).toEqual([null, 0, null])
  })
})

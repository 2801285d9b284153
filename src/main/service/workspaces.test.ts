/** Two clients with separate workspaces: neither can see, change or stop anything of the other. */
import { access, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { newAbort } from '@core/contract/cancel'
import type { Client } from '@core/contract/client'
import type { Draft } from '@core/contract/draft'
import { labMethods, type LabMethods } from '@core/contract/lab'
import type { LabDocument } from '@core/lab/document'
import { createService, type Service } from './service'
import { clientOf, follow, statuses, type LabClient } from './testing/clients'
import { fakeKit, fakeWorkers, type FakeWorkers } from './testing/fake-workers'

const labs = resolve(import.meta.dirname, '../../../resources/labs')
const learner = (person: string): Client => ({ person, role: 'learner', workspace: person })
const text = new TextEncoder().encode('to be or not to be, that is the question '.repeat(20))

let home: string
let service: Service
let workers: FakeWorkers
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'workspaces-'))
  workers = fakeWorkers()
  service = await createService({ home, labs, spawn: workers.spawn, runsAtOnce: 2 })
})
afterEach(async () => {
  await service.close()
  await rm(home, { recursive: true, force: true })
})

const reverse = (client: LabClient): Promise<LabDocument> => client.call['labs.read']({ id: 'reverse' })

/** The outcome of a call: its result or error, with the parts streamed until it was cancelled. */
async function outcomeOf(client: LabClient, method: keyof LabMethods, argument: unknown) {
  const abort = newAbort()
  const parts: unknown[] = []
  const onPart = (part: unknown): void => {
    parts.push(part)
    abort.abort()
  }
  const call = client.call[method] as (argument: unknown, options: object) => Promise<unknown>
  const result = await call(argument, { signal: abort.signal, onPart }).catch((error: unknown) => error)
  return { result, parts }
}

describe('a client with a separate workspace', () => {
  const unsaved: Draft = {
    ...{
      window: 'theirs',
      dirty: true,
      time: 1,
      document: { title: 'unsaved' },
      path: null,
      name: null,
      data: null,
      run: null,
    },
    history: null,
  }
  /** What the other client has: a training run, an ended one, data, and a memory entry. */
  async function others(client: LabClient) {
    const data = await client.call['data.add']({ name: 'hamlet.txt', bytes: text })
    await client.call['memory.remember']({ key: 'layout', value: 'a secret' })
    await client.call['drafts.keep']({ id: 'theirs', draft: unsaved })
    const lab = await reverse(client)
    const { run: ended } = await client.call['runs.start']({ lab, engine: 'tfjs', data: null })
    workers.processes[0]!.tell({ state: 'finished', step: 100, checkpoint: 100 })
    await follow(client, ended).until('finished')
    const { run } = await client.call['runs.start']({ lab, engine: 'tfjs', data: null })
    workers.processes[1]!.tell({ step: 50, checkpoint: 50 })
    await vi.waitFor(async () => expect((await statuses(client))[1]!.checkpoint).toBe(50))
    const request = { experiment: 'layer-norm', quick: true, seeds: [1], engine: 'tfjs' as const }
    const { id: experiment } = await client.call['experiments.start'](request)
    await vi.waitFor(() => expect(workers.processes[2]?.ended).toBe('code 0')) // done measuring: its process is not needed
    await client.call['progress.keep']({ lesson: 'start', progress: { screen: 1, done: [], answers: {}, time: 1 } })
    await client.call['kits.add']({ bytes: new Uint8Array([0xaa]) })
    return { data: data.id, run, ended, lab, experiment }
  }

  /** Every method of the contract, called by a client that knows the other's ids, with the expected outcome. */
  type Attempt = readonly [argument: unknown, expected: unknown]
  const attempts = ({ data, run, ended, lab, experiment }: Awaited<ReturnType<typeof others>>) => {
    const characters = { kind: 'characters', params: { length: 8 } }
    const unknownExperiment = { result: { code: 'experiment.not-kept' }, parts: [] }
    const unknownRun = { result: { code: 'run.unknown' }, parts: [] }
    const unknownData = { result: { code: 'data.unknown' }, parts: [] }
    const unknownKit = { result: { code: 'kit.unknown' }, parts: [] }
    const kit = fakeKit(0xaa).id
    const notAllowed = { result: { code: 'not-allowed' }, parts: [] }
    const look = { inputs: [{ sample: 0 }] }
    const status = {
      run,
      state: 'running',
      step: 1,
      steps: 9,
      engine: 'tfjs',
      learningRate: 1,
      parameters: 1,
      checkpoint: null,
    }
    const report = {
      ...{ lease: '0123456789abcdef', begin: null, status: { ...status, problem: null } },
      ...{ series: {}, summary: null, files: [], kept: [] },
    }
    return {
      'host.describe': [[{}, { result: { kind: 'browser' } }]],
      'labs.list': [[{}, { parts: [] }]],
      'labs.read': [[{ id: 'reverse' }, { parts: [] }]],
      'files.open': [[{}, notAllowed]],
      'files.save': [[{ path: null, name: 'x', text: '{}' }, notAllowed]],
      'window.dirty': [[{ dirty: true }, { result: undefined }]],
      'window.language': [[{ language: 'zh' }, { result: undefined }]],
      'memory.recall': [[{}, { result: {} }]],
      'memory.remember': [[{ key: 'layout', value: null }, { result: undefined }]],
      'drafts.watch': [[{ window: 'theirs' }, { parts: [[]] }]],
      'drafts.read': [[{ id: 'theirs' }, { result: { code: 'draft.unknown' }, parts: [] }]],
      'drafts.keep': [[{ id: 'theirs', draft: { ...unsaved, dirty: false } }, { result: undefined }]],
      'drafts.discard': [[{ id: 'theirs' }, { result: undefined }]],
      'data.add': [[{ name: 'mine.txt', bytes: new TextEncoder().encode('all work and no play '.repeat(20)) }, { parts: [] }]],
      'data.remove': [[{ data }, unknownData]],
      'data.list': [[{}, { result: [{ name: 'mine.txt' }] }]],
      'data.read': [[{ data }, unknownData]],
      'data.preview': [[{ task: { kind: 'own-classification', params: {} }, data }, unknownData]],
      'task.describe': [[{ task: characters, data }, unknownData]],
      'lab.budget': [[{ lab: { ...lab, task: characters }, engine: 'tfjs', data }, unknownData]],
      'runs.start': [
        [{ lab, engine: 'tfjs', data: null, from: ended }, unknownRun],
        [{ lab: { ...lab, task: characters }, engine: 'tfjs', data }, unknownData],
      ],
      'runs.resume': [
        [{ run: ended, more: 10 }, unknownRun],
        [{ run }, unknownRun],
      ],
      'models.import': [[{ folder: '.', keep: true }, notAllowed]],
      'runs.watch': [[{}, { parts: [{ runs: [], removed: [] }] }]],
      'runs.follow': [[{ run }, unknownRun]],
      'runs.moments': [[{ run }, unknownRun]],
      'runs.report': [[{ ...report, run }, unknownRun]],
      'runs.commands': [[{ run, lease: report.lease }, unknownRun]],
      'runs.checkpoint': [[{ run: ended }, unknownRun]],
      'runs.read': [[{ run }, unknownRun]],
      'runs.command': [
        [{ run, command: 'stop' }, unknownRun],
        [{ run, command: 'pause' }, unknownRun],
      ],
      'runs.tune': [[{ run, learningRate: 9 }, unknownRun]],
      'runs.label': [[{ run: ended, name: 'mine', note: '', tags: [], starred: true }, unknownRun]],
      'runs.remove': [[{ run: ended }, unknownRun]],
      'experiments.watch': [[{}, { parts: [{ experiments: [], removed: [] }] }]],
      'experiments.start': [
        [{ experiment: 'alchemy', quick: true, seeds: [1], engine: 'tfjs' }, { result: { code: 'experiment.unknown' } }],
      ],
      'experiments.resume': [[{ id: experiment }, unknownExperiment]],
      'experiments.cancel': [[{ id: experiment }, unknownExperiment]],
      'experiments.remove': [[{ id: experiment }, unknownExperiment]],
      'kits.add': [[{ bytes: new Uint8Array([0xbb]) }, { result: fakeKit(0xbb) }]],
      'kits.list': [[{}, { result: [fakeKit(0xbb)] }]],
      'kits.remove': [[{ id: kit }, unknownKit]],
      'kits.lab': [[{ id: kit, assignment: 'x' }, unknownKit]],
      'kits.submit': [[{ kit, pupil: 'Eve', runs: [{ assignment: 'x', run: ended }] }, unknownKit]],
      'kits.validate': [[{ kit, runs: [{ assignment: 'x', run: ended }] }, unknownKit]],
      'kits.grade': [[{ kit, bytes: new Uint8Array(1) }, notAllowed]],
      'kits.mark': [[{ kit, work: kit, item: 'x', points: 9 }, notAllowed]],
      'kits.make': [[{ spec: {}, labs: {}, texts: {} }, notAllowed]],
      'exchange.plan': [[{ model: { kind: 'run', run: ended }, to: 'onnx' }, unknownRun]],
      'exchange.export': [
        [{ model: { kind: 'run', run: ended }, to: 'onnx' }, unknownRun],
        [{ model: { kind: 'lab', lab, data }, to: 'onnx' }, unknownData],
      ],
      'desk.find': [[{}, notAllowed]],
      'desk.meet': [[{ address: '10.0.0.1', key: 'X' }, notAllowed]],
      'desk.watch': [[{}, notAllowed]],
      'desk.leave': [[{}, notAllowed]],
      'desk.fetchKit': [[{}, notAllowed]],
      'desk.handIn': [[{ kit, runs: [] }, notAllowed]],
      'class.kitFile': [[{}, { result: { code: 'class.none' } }]],
      'class.handInFile': [[{ id: 'aaaaaaaa', bytes: new Uint8Array(1) }, { result: { code: 'class.none' } }]],
      'class.open': [[{ title: 'mine' }, notAllowed]],
      'class.close': [[{}, notAllowed]],
      'class.watch': [[{}, notAllowed]],
      'class.change': [[{ isPaused: true }, notAllowed]],
      'class.bring': [[{ lesson: 'start' }, notAllowed]],
      'class.key': [[{ pupil: 'abcdefabcdef' }, notAllowed]],
      'class.screen': [[{ pupil: 'abcdefabcdef' }, notAllowed]],
      'class.screens': [[{ pupils: ['abcdefabcdef'] }, notAllowed]],
      'class.runs': [[{ experiment: ended }, notAllowed]],
      'class.report': [[{}, notAllowed]],
      'class.helped': [[{ pupil: 'abcdefabcdef' }, notAllowed]],
      'class.answers': [[{ lesson: 'start' }, notAllowed]],
      'class.works': [[{}, notAllowed]],
      'class.grade': [[{ kit, file: 'x' }, notAllowed]],
      'class.follow': [[{}, { result: { code: 'class.none' } }]],
      'class.help': [[{ wanted: true }, { result: { code: 'class.none' } }]],
      'class.takeKit': [[{}, { result: { code: 'class.none' } }]],
      'class.handIn': [[{ id: 'aaaaaaaa', kit, runs: [{ assignment: 'x', run: ended }] }, { result: { code: 'class.none' } }]],
      'lessons.watch': [[{}, { parts: [{ changes: 0, errors: [] }] }]],
      'lessons.list': [[{ language: 'en' }, { result: { lessons: [] } }]],
      'lessons.read': [[{ id: 'start', language: 'en' }, { result: { code: 'lesson.unknown' } }]],
      'lessons.lab': [[{ id: 'start', name: 'x' }, { result: { code: 'lesson.unknown' } }]],
      'progress.recall': [[{}, { result: {} }]],
      'progress.keep': [[{ lesson: 'start', progress: null }, { result: undefined }]],
      'models.look': [
        [{ model: { run }, look }, unknownRun],
        [{ model: { run: ended, step: 100 }, look, every: 100 }, unknownRun],
      ],
      'models.evaluate': [[{ model: { run: ended }, mutes: {} }, unknownRun]],
      'models.confusion': [[{ model: { run: ended }, mutes: {} }, unknownRun]],
      'models.worth': [[{ model: { run: ended }, mutes: {} }, unknownRun]],
      'models.patch': [[{ model: { run: ended }, patch: { a: { sample: 0 }, b: { sample: 1 } } }, unknownRun]],
      'models.heads': [[{ model: { run: ended } }, unknownRun]],
      'models.lens': [[{ model: { run: ended }, input: { sample: 0 }, mutes: {} }, unknownRun]],
      'models.circuits': [[{ model: { run: ended }, head: { block: 'x', head: 0 } }, unknownRun]],
      'models.tokens': [[{ model: { run: ended }, sequence: 'tokens' }, unknownRun]],
      'models.generate': [[{ model: { run }, request: {} }, unknownRun]],
    } satisfies Record<keyof LabMethods, readonly Attempt[]>
  }

  it.each([
    ['another learner', learner('wang')],
    ['the owner', { person: 'owner', role: 'owner', workspace: 'own' } as const],
  ])('cannot see, change or stop anything of %s, whatever it calls', async (_, theirs) => {
    const other = clientOf(service, theirs)
    const known = await others(other)
    const followed = follow(other, known.run)
    await followed.until('running')
    const before = await statuses(other)
    const asked = workers.processes.map(({ calls }) => structuredClone(calls))

    const mine = clientOf(service, learner('li'))
    const all = attempts(known)
    expect(Object.keys(all).toSorted()).toEqual(Object.keys(labMethods).toSorted())
    for (const method of Object.keys(labMethods) as (keyof LabMethods)[]) {
      for (const [argument, expected] of all[method] as readonly Attempt[]) {
        expect(await outcomeOf(mine, method, argument), method).toMatchObject(expected as object)
      }
    }

    expect(await statuses(other)).toEqual(before)
    const theirsNow = workers.processes.slice(0, 3)
    expect(theirsNow.map(({ calls }) => calls)).toEqual(asked.slice(0, 3))
    expect(theirsNow.map(({ ended }) => ended)).toEqual([null, null, 'code 0'])
    expect(await other.call['kits.list']({})).toEqual([fakeKit(0xaa)])
    expect(await other.call['memory.recall']({})).toEqual({ layout: 'a secret' })
    expect(await other.call['drafts.read']({ id: 'theirs' })).toEqual(unsaved)
    expect(await other.call['data.list']({})).toMatchObject([{ id: known.data }])
    expect(followed.parts).toHaveLength(1)
  })

  it('is not informed when another starts, changes or removes a run', async () => {
    const [mine, other] = [clientOf(service, learner('li')), clientOf(service)]
    const parts: unknown[] = []
    const abort = newAbort()
    const watching = mine.call['runs.watch']({}, { signal: abort.signal, onPart: (part) => void parts.push(part) })
    const { run, ended } = await others(other)
    await other.call['runs.remove']({ run: ended })
    await other.call['runs.command']({ run, command: 'stop' })
    await new Promise((resolve) => setTimeout(resolve, 600)) // longer than the interval of batched updates
    expect(parts).toEqual([{ runs: [], removed: [] }])
    abort.abort()
    await expect(watching).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('shares the cores: its runs wait for those of others', async () => {
    await others(clientOf(service))
    const mine = clientOf(service, learner('li'))
    const lab = await reverse(mine)
    const start = () => mine.call['runs.start']({ lab, engine: 'tfjs', data: null })
    expect((await start()).state).toBe('running')
    expect(await start()).toMatchObject({ state: 'queued', queue: 1 })
    workers.processes[1]!.tell({ state: 'finished' })
    await vi.waitFor(async () => expect((await statuses(mine)).map(({ state }) => state)).toEqual(['running', 'running']))
  })
})

describe('workspaces on disk', () => {
  it("are separate, with the owner's in its original place, and survive a restart", async () => {
    const [own, mine] = [clientOf(service), clientOf(service, learner('li'))]
    const ids: Record<string, string> = {}
    for (const [name, client] of Object.entries({ own, mine })) {
      const lab = await reverse(client)
      ids[name] = (await client.call['runs.start']({ lab, engine: 'tfjs', data: null })).run
      await client.call['memory.remember']({ key: 'theme', value: name })
    }
    expect(await readdir(join(home, 'runs'))).toEqual([ids.own])
    expect(await readdir(join(home, 'workspaces', 'li', 'runs'))).toEqual([ids.mine])
    await service.close()
    service = await createService({ home, labs, spawn: workers.spawn })
    expect(await statuses(clientOf(service))).toMatchObject([{ run: ids.own, state: 'stopped' }])
    const again = clientOf(service, learner('li'))
    expect(await statuses(again)).toMatchObject([{ run: ids.mine, state: 'stopped' }])
    expect(await again.call['memory.recall']({})).toEqual({ theme: 'mine' })
  })

  it.each(['..', '../own', 'a/b', '', 'Li', 'x'.repeat(65)])('cannot have the folder name %j', async (workspace) => {
    const client = clientOf(service, { person: 'x', role: 'learner', workspace })
    await expect(client.call['data.list']({})).rejects.toMatchObject({ code: 'internal' })
    await expect(access(join(home, 'workspaces'))).rejects.toThrow()
  })
})

/** Kits in a workspace, with real worker processes. Needs `npm run build`. */
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exampleKit } from '../classroom/testing/works'
import { createService, type Service } from './service'
import { forkWorkers } from './spawn-fork'
import { clientOf, follow, type LabClient } from './testing/clients'

const root = resolve(import.meta.dirname, '../../..')
let home: string
let service: Service
let host: LabClient
let kit: Awaited<ReturnType<typeof exampleKit>>
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'attention-lab-kits-'))
  const folders = { labs: join(root, 'resources/labs'), lessons: join(root, 'resources/lessons') }
  service = await createService({ home, ...folders, spawn: forkWorkers(join(root, 'out/main/worker.js')), version: '1.0.0' })
  host = clientOf(service)
  kit = await exampleKit()
})
afterAll(async () => {
  await service.close()
  await rm(home, { recursive: true, force: true, maxRetries: 5 })
})

it('a kit is added once, listed, also after a restart, and removed with its lessons', async () => {
  const added = await host.call['kits.add']({ bytes: kit.pupils })
  expect(added).toMatchObject({ id: kit.manifest.id, isTeachers: false, lessons: ['start', 'scaling'], points: 10 })
  expect(added.assignments).toMatchObject([{ id: 'reverse', title: { en: 'Reverse in few steps' } }])
  expect(await host.call['kits.add']({ bytes: kit.pupils })).toEqual(added)
  expect(await host.call['kits.list']({})).toEqual([added])
  expect((await host.call['lessons.list']({ language: 'zh' })).lessons.length).toBeGreaterThan(20)
  const other = clientOf(service, { person: 'li', role: 'learner', workspace: 'li' })
  expect(await other.call['kits.list']({})).toEqual([])
  await host.call['kits.remove']({ id: added.id })
  expect(await host.call['kits.list']({})).toEqual([])
  expect(await readdir(join(home, 'kits'))).toEqual([])
  await expect(host.call['kits.remove']({ id: added.id })).rejects.toMatchObject({ code: 'kit.unknown' })
})

it('a file that is no kit is refused, and leaves nothing', async () => {
  await expect(host.call['kits.add']({ bytes: new Uint8Array(100) })).rejects.toMatchObject({ code: 'archive.not-zip' })
  expect(await host.call['kits.list']({})).toEqual([])
})

describe('an assignment', () => {
  it('is opened, trained, validated by the pupil, handed in and graded by the teacher', { timeout: 120_000 }, async () => {
    const { id } = await host.call['kits.add']({ bytes: kit.pupils })
    const { lab, data } = await host.call['kits.lab']({ id, assignment: 'reverse' })
    expect([lab.task.kind, data]).toEqual(['reverse', null])
    await expect(host.call['kits.lab']({ id, assignment: 'none' })).rejects.toMatchObject({ code: 'work.no-assignment' })

    const short = { ...lab, training: { ...lab.training, steps: 350 } }
    const { run } = await host.call['runs.start']({ lab: short, engine: 'auto', data })
    const runs = [{ assignment: 'reverse', run }]
    await expect(host.call['kits.submit']({ kit: id, pupil: 'Ada', runs })).rejects.toMatchObject({ code: 'work.unfinished' })
    await follow(host, run).until('finished')

    const steps: number[] = []
    const validated = await host.call['kits.validate']({ kit: id, runs }, { onPart: ({ done }) => void steps.push(done) })
    expect(validated.marks.map(({ item, points }) => [item, points])).toEqual([
      ...[
        ['learns', 2],
        ['generalises', null],
        ['small', 1],
        ['trained', 1],
      ],
      ['scaling', 0],
    ])
    expect(validated.assignments).toMatchObject([{ agreement: 'same' }])
    expect(steps.length).toBeGreaterThan(3)

    const bytes = await host.call['kits.submit']({ kit: id, pupil: ' Ada ', runs, weights: true })
    const { id: teachers } = await host.call['kits.add']({ bytes: kit.teachers })
    expect(teachers).toBe(id)
    const bad = host.call['kits.grade']({ kit: id, bytes: new Uint8Array(10) })
    await expect(bad).rejects.toMatchObject({ code: 'archive.not-zip' })
    const first = await host.call['kits.grade']({ kit: id, bytes })
    expect(first.graded).toMatchObject({ pupil: 'Ada', total: { points: 7, of: 10, open: 0 } })
    expect(first.work).toBe(createHash('sha256').update(bytes).digest('hex'))

    // A mark given by hand stays, also without the kit and with another program.
    await host.call['kits.mark']({ kit: id, work: first.work, item: 'scaling', points: 3 })
    await host.call['kits.remove']({ id })
    const mark = host.call['kits.mark']({ kit: id, work: first.work, item: 'scaling', points: 1 })
    await expect(mark).rejects.toMatchObject({ code: 'kit.unknown' })
    await host.call['kits.add']({ bytes: kit.teachers })
    const { graded } = await host.call['kits.grade']({ kit: id, bytes, trainAgain: false })
    expect(graded.total).toEqual({ points: 10, of: 10, open: 0 })
    expect(graded.marks.at(-1)).toMatchObject({ item: 'scaling', points: 3, byHand: true })
  })
})

it('a kit is made from labs and texts, and refused for what it names but does not have', async () => {
  const lab = await host.call['labs.read']({ id: 'reverse' })
  const spec = {
    ...{ format: 'attention-lab-kit-spec' as const, version: 1 as const, title: 'Mine', summary: '', due: null },
    ...{ lessons: ['scaling'], lessonsInOrder: false, hidden: {}, rubric: [] },
    assignments: [
      {
        ...{ id: 'first', title: 'First', text: '', lab: 'labs/first.json', data: null },
        ...{ locks: { graph: true, task: true, data: true, training: [] }, budget: { steps: 2000, seconds: 60 } },
      },
    ],
  }
  const { pupils } = await host.call['kits.make']({ spec, labs: { first: lab }, texts: {} })
  expect(await host.call['kits.add']({ bytes: pupils })).toMatchObject({ title: 'Mine', assignments: [{ id: 'first' }] })
  await expect(
    host.call['kits.make']({ spec: { ...spec, lessons: ['alchemy'] }, labs: { first: lab }, texts: {} }),
  ).rejects.toMatchObject({
    code: 'kit.no-lesson',
  })
  await expect(host.call['kits.make']({ spec, labs: {}, texts: {} })).rejects.toMatchObject({ code: 'kit.no-lab' })
})

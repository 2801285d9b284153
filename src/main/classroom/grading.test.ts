/** Grading submissions: what counts, what is noticed, and that one bad file never stops the others. */
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Graded } from '@core/classroom/grade'
import type { WorkManifest } from '@core/classroom/work'
import type { GradedFile } from '@core/contract/kits'
import { newAbort } from '@core/contract/cancel'
import { LabError } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import { gradeFolder, marksFile } from './folder'
import { gradeWork, type GradingOptions } from './grading'
import { readKit, type Kit, type MadeKit } from './kit'
import { isWithin, type Reexecute } from './reexecution'
import { altered, exampleKit, exampleWork, fakeReexecute, json, labs, type Bytes } from './testing/works'
import { readWork } from './work'

let made: MadeKit
let kit: Kit
let reverse: LabDocument
beforeAll(async () => {
  made = await exampleKit()
  kit = readKit(made.teachers)
  const lab = await labs.read('reverse')
  reverse = { ...lab, training: { ...lab.training, steps: 200 } }
})

const options = (changes: Partial<GradingOptions> = {}): GradingOptions => ({
  ...{ kit, questions: {}, reexecute: fakeReexecute, trainAgain: true, version: '1.0.0', hand: {} },
  ...{ signal: newAbort().signal, ...changes },
})
const grade = (work: Bytes, changes: Partial<GradingOptions> = {}): Promise<Graded> =>
  gradeWork(readWork(work), options(changes))
const pointsOf = ({ marks }: Graded) => Object.fromEntries(marks.map(({ item, points }) => [item, points]))
const codesOf = ({ assignments }: Graded) => assignments.flatMap(({ findings }) => findings.map(({ code }) => code))
const runsWith = (change: (run: WorkManifest['runs'][number]) => object) => (manifest: WorkManifest) => ({
  runs: manifest.runs.map((run) => ({ ...run, ...change(run) })),
})
const seeded = (seed: number): LabDocument => ({ ...reverse, training: { ...reverse.training, seed } })

describe('a submission', () => {
  it('gets its points from the model that was trained again, on hidden data too', async () => {
    const graded = await grade(await exampleWork(made))
    expect(pointsOf(graded)).toEqual({ learns: 2, generalises: 3, small: 1, trained: 1, scaling: null })
    expect(graded).toMatchObject({ pupil: 'Ada', isLate: false, total: { points: 7, of: 10, open: 1 } })
    expect(codesOf(graded)).toEqual(['rerun.same'])
  })

  it('validated by the pupil is judged the same, without the hidden data', async () => {
    const graded = await grade(await exampleWork(made), { kit: readKit(made.pupils) })
    expect(pointsOf(graded)).toEqual({ learns: 2, generalises: null, small: 1, trained: 1, scaling: null })
    expect(graded.marks.find(({ item }) => item === 'generalises')?.because.code).toBe('mark.hidden')
  })

  it('with a claimed accuracy gets the points of the one that was measured', async () => {
    const work = altered(
      await exampleWork(made, {}, seeded(3)),
      runsWith(() => ({ evaluation: { loss: 0.25, accuracy: 1 } })),
    )
    const graded = await grade(work)
    expect(pointsOf(graded)).toMatchObject({ learns: 0, generalises: 0 })
    expect(codesOf(graded)).toEqual(['rerun.metric-edited'])
  })

  it.each<[string, (work: Bytes) => Bytes, string]>([
    [
      'an edited curve',
      (work) =>
        altered(
          work,
          runsWith(({ curve }) => ({ curve: { ...curve, values: [1, 0.001, 0.005] } })),
        ),
      'rerun.curve-edited',
    ],
    [
      'weights of another run',
      (work) =>
        altered(
          work,
          runsWith(() => ({ weights: 'weights/1.safetensors' })),
          { 'weights/1.safetensors': new TextEncoder().encode('5'.repeat(64)) },
        ),
      'rerun.other-weights',
    ],
    ['another seed than recorded', (work) => altered(work, () => ({}), { 'labs/1.json': json(seeded(4)) }), 'rerun.different'],
    [
      'too many steps',
      (work) =>
        altered(work, () => ({}), { 'labs/1.json': json({ ...reverse, training: { ...reverse.training, steps: 2001 } }) }),
      'rerun.over-budget',
    ],
    [
      'another task than the locked one',
      (work) => altered(work, () => ({}), { 'labs/1.json': json({ ...reverse, task: { kind: 'copy', params: {} } }) }),
      'mark.restored',
    ],
  ])('with %s is noticed', async (_, change, code) => {
    expect(codesOf(await grade(change(await exampleWork(made))))).toContain(code)
  })

  it('with weights of another run is trained again all the same', async () => {
    const foreign = new TextEncoder().encode('5'.repeat(64))
    const graded = await grade(await exampleWork(made, {}, seeded(1), foreign))
    expect(codesOf(graded)).toEqual(['rerun.other-weights', 'rerun.same'])
    expect(pointsOf(graded)).toMatchObject({ learns: 2, generalises: 3 })
    const untrained = await grade(await exampleWork(made, {}, seeded(1), foreign), { trainAgain: false })
    expect(codesOf(untrained)).toEqual(['rerun.other-weights'])
    expect(pointsOf(untrained)).toMatchObject({ learns: null, generalises: null })
  })

  it('with weights of a lab whose locked parts were changed is judged by the restored lab', async () => {
    const changed = { ...reverse, task: { kind: 'copy', params: {} } }
    const graded = await grade(await exampleWork(made, {}, changed, new TextEncoder().encode('1'.repeat(64))))
    expect(codesOf(graded)).toEqual(['mark.restored'])
    expect(pointsOf(graded)).toMatchObject({ learns: 2, generalises: 3 })
  })

  it.each([
    ['inside the band of the seeds', 0.95, 'rerun.within'],
    ['outside', 0.5, 'rerun.outside'],
  ])('trained elsewhere is compared with several seeds: %s', async (_, accuracy, code) => {
    const environment = {
      version: '0.9.0',
      engine: 'onnxruntime',
      runtime: 'node 22.0.0',
      platform: 'win32 x64',
      processor: 'other',
    }
    const elsewhere = runsWith(() => ({ environment, stateHash: 'a'.repeat(64), evaluation: { loss: 0.25, accuracy } }))
    // Seed 4, so that none of the three is the bad one.
    const reexecute = vi.fn(fakeReexecute)
    const graded = await grade(altered(await exampleWork(made, {}, seeded(4)), elsewhere), { reexecute })
    expect(codesOf(graded)).toEqual([code])
    expect(reexecute.mock.calls.map(([{ lab, engine }]) => [lab.training.seed, engine])).toEqual([
      [4, 'onnxruntime'],
      [5, 'onnxruntime'],
      [6, 'onnxruntime'],
    ])
    expect(pointsOf(graded).learns).toBe(2)
  })

  it('whose training fails or takes too long leaves its items open, and the reason is told', async () => {
    const reexecute: Reexecute = (_, seconds) => Promise.reject(new LabError('rerun.too-long', { seconds }))
    const graded = await grade(await exampleWork(made), { reexecute })
    expect(codesOf(graded)).toEqual(['rerun.too-long'])
    expect(pointsOf(graded)).toEqual({ learns: null, generalises: null, small: 1, trained: 1, scaling: null })
  })

  it('is graded without training from its weights, or else from its record', async () => {
    const weights = new TextEncoder().encode('1'.repeat(64))
    const opened = await grade(await exampleWork(made, {}, seeded(1), weights), { trainAgain: false })
    expect([codesOf(opened), pointsOf(opened).generalises]).toEqual([['rerun.weights'], 3])
    const recorded = await grade(await exampleWork(made), { trainAgain: false })
    expect([codesOf(recorded), pointsOf(recorded)]).toEqual([
      ['mark.not-trained-again'],
      { learns: 2, generalises: null, small: 1, trained: 1, scaling: null },
    ])
  })

  it('keeps marks given by hand, whatever was found', async () => {
    const hand = { scaling: { points: 2.5, note: 'well explained' }, learns: { points: 0 } }
    const graded = await grade(await exampleWork(made), { hand })
    expect(pointsOf(graded)).toMatchObject({ scaling: 2.5, learns: 0 })
    expect(graded.marks.find(({ item }) => item === 'scaling')).toMatchObject({ byHand: true, note: 'well explained' })
  })

  it.each([
    [false, 'own'],
    [true, null],
  ])('is trained on the pupil’s own text only where that is not locked: %s', async (isLocked, used) => {
    const text = ['text,label', ...Array.from({ length: 20 }, (_, i) => `own ${i},${i % 2}`)].join('\n')
    const lab = { ...reverse, task: { kind: 'own-classification', params: {} } }
    const [assignment] = kit.manifest.assignments
    const locks = { ...assignment!.locks, task: false, data: isLocked }
    const free = { ...kit, manifest: { ...kit.manifest, assignments: [{ ...assignment!, locks }] } }
    const work = altered(
      await exampleWork(made, {}, lab),
      runsWith(() => ({ data: 'data/1.txt' })),
      {
        'data/1.txt': new TextEncoder().encode(text),
      },
    )
    const reexecute = vi.fn(fakeReexecute)
    await grade(work, { kit: free, reexecute })
    expect(reexecute.mock.calls[0]![0].data?.slice(11, 14) ?? null).toBe(used)
  })

  it('to another kit is refused', async () => {
    const work = altered(await exampleWork(made), () => ({ kit: 'f'.repeat(64) }))
    await expect(grade(work)).rejects.toMatchObject({ code: 'work.other-kit' })
  })

  it('whose graph cannot be trained gets no points for it', async () => {
    const broken = { ...reverse, graph: { ...reverse.graph, edges: reverse.graph.edges.slice(1) } }
    const reexecute: Reexecute = () => Promise.reject(new LabError('graph.no-output'))
    const graded = await grade(await exampleWork(made, {}, broken), { reexecute })
    expect(pointsOf(graded)).toMatchObject({ learns: null, small: 0 })
    expect(codesOf(graded)[0]).toMatch(/^graph\./)
  })
})

it('is late by the time at which it was made', async () => {
  const due = { ...kit, manifest: { ...kit.manifest, due: '2026-11-29T12:00:00+01:00' } }
  expect((await grade(await exampleWork(made, { made: '2026-11-29T11:00:00.000Z' }), { kit: due })).isLate).toBe(false)
  expect((await grade(await exampleWork(made, { made: '2026-11-29T11:00:00.001Z' }), { kit: due })).isLate).toBe(true)
})

it.each([
  [0.95, [0.9, 0.94, 0.92], true],
  [0.981, [0.9, 0.94, 0.92], false],
  [0.859, [0.9, 0.94, 0.92], false],
  [0.915, [0.9, 0.9, 0.9], true],
  [0.925, [0.9, 0.9, 0.9], false],
  [98.5, [100, 100, 100], true],
  [97, [100, 100, 100], false],
  [NaN, [0.9, 0.9, 0.9], false],
])('the band: %d among %j', (value, measured, within) => expect(isWithin(value, measured)).toBe(within))

describe('a folder', () => {
  let folder: string
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'attention-lab-grade-'))))
  afterEach(() => rm(folder, { recursive: true, force: true }))

  async function entries(): Promise<GradedFile[]> {
    const all: GradedFile[] = []
    for await (const entry of gradeFolder(folder, (work, hand) => grade(work, { hand }))) all.push(entry)
    return all
  }

  it('is graded file by file in order; bad ones are told apart and stop nothing', async () => {
    const good = await exampleWork(made)
    await writeFile(join(folder, 'ada.labwork'), good)
    await writeFile(join(folder, 'bob.labwork'), good.slice(0, 200))
    await writeFile(join(folder, 'eve.labwork'), made.pupils)
    await writeFile(
      join(folder, 'zoe.labwork'),
      altered(good, () => ({ pupil: 'Zoe' })),
    )
    await symlink('/dev/zero', join(folder, 'link.labwork'))
    await writeFile(join(folder, 'notes.txt'), 'not a submission')
    const found = await entries()
    expect(found.map(({ file, graded, problem }) => [file, graded?.pupil ?? problem?.code])).toEqual([
      ['ada.labwork', 'Ada'],
      ['bob.labwork', 'archive.not-zip'],
      ['eve.labwork', 'archive.other'],
      ['link.labwork', 'file.special'],
      ['zoe.labwork', 'Zoe'],
    ])
  })

  it('takes marks from its file, which stays as it is', async () => {
    await writeFile(join(folder, 'ada.labwork'), await exampleWork(made))
    const text = JSON.stringify({ 'ada.labwork': { scaling: { points: 1 } } })
    await writeFile(join(folder, marksFile), text)
    const [entry] = await entries()
    expect(pointsOf(entry!.graded!).scaling).toBe(1)
    expect(await readFile(join(folder, marksFile), 'utf8')).toBe(text)
  })

  it.each(['not json', '{"a": 1}', '{"a.labwork": {"x": {"points": -1}}}'])(
    'says where its marks are invalid: %s',
    async (text) => {
      await writeFile(join(folder, marksFile), text)
      await expect(entries()).rejects.toMatchObject({ code: 'kit.marks-invalid' })
    },
  )
})

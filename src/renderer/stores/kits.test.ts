// @vitest-environment happy-dom
import { beforeEach, expect, it, vi } from 'vitest'
import { totalOf, type Graded, type Mark } from '@core/classroom/grade'
import type { GradedWork } from '@core/contract/kits'
import { LabError } from '@core/errors'
import { fakeHost, type FakeHost } from '../testing/fake-host'
import { useKits } from './kits'

const kit = 'a'.repeat(64)
let host: FakeHost
beforeEach(() => {
  localStorage.clear()
  host = fakeHost()
})

const mark = (item: string, points: number | null): Mark => ({
  ...{ item, is: 'words', points, of: 5, byHand: false },
  because: { code: 'internal', params: {} },
})
function workOf(pupil: string, work: string): GradedWork {
  const marks = [mark('learns', 2), mark('words', null)]
  const graded: Graded = { pupil, made: '2026-01-01T00:00:00Z', isLate: false, assignments: [], marks, total: totalOf(marks) }
  return { work, graded }
}
const fileOf = (name: string): File => new File([new Uint8Array([1, 2, 3])], name)
const rows = () =>
  useKits()
    .graded.get(kit)
    ?.map(({ file, graded, problem }) => [file, graded?.total, problem?.code])

it('grades files one after another; one that is no submission does not stop the others', async () => {
  const answers = [new LabError('archive.not-zip'), workOf('Ada', 'b'.repeat(64))]
  host.answering.set('kits.grade', () => {
    const answer = answers.shift()
    if (answer instanceof LabError) throw answer
    return answer
  })
  await useKits().gradeFiles(kit, [fileOf('bad.labwork'), fileOf('ada.labwork')], false)
  expect(rows()).toEqual([
    ['bad.labwork', undefined, 'archive.not-zip'],
    ['ada.labwork', { points: 2, of: 10, open: 1 }, undefined],
  ])
  expect(host.callsOf('kits.grade')).toEqual(
    Array.from({ length: 2 }, () => ({ kit, bytes: new Uint8Array([1, 2, 3]), trainAgain: false })),
  )
  expect(useKits().underWay).toBe(null)
})

it('stores a mark given by hand with the submission, and shows it at once', async () => {
  const work = 'b'.repeat(64)
  host.answering.set('kits.grade', () => workOf('Ada', work))
  const kits = useKits()
  await kits.gradeFiles(kit, [fileOf('ada.labwork')], true)
  await kits.mark(kit, work, 'words', 4)
  expect(host.callsOf('kits.mark')).toEqual([{ kit, work, item: 'words', points: 4 }])
  expect(rows()).toEqual([['ada.labwork', { points: 6, of: 10, open: 0 }, undefined]])

  host.failing.set('kits.mark', new LabError('file.denied', { path: 'marks' }))
  await kits.mark(kit, work, 'words', 1)
  expect(rows()).toEqual([['ada.labwork', { points: 6, of: 10, open: 0 }, undefined]]) // as it is stored
})

it('stops when it is cancelled, and keeps what was graded', async () => {
  let asked = 0
  host.answering.set('kits.grade', ({ signal }) =>
    asked++ === 0
      ? workOf('Ada', 'b'.repeat(64))
      : new Promise((_, reject) => signal.addEventListener('abort', () => reject(new LabError('cancelled')))),
  )
  const kits = useKits()
  const grading = kits.gradeFiles(kit, ['a', 'b', 'c'].map(fileOf), true)
  await vi.waitFor(() => expect(asked).toBe(2))
  expect(kits.underWay).toMatchObject({ kit, progress: { done: 1, of: 3 } })
  kits.underWay?.abort.abort()
  await grading
  expect(rows()).toEqual([['a', { points: 2, of: 10, open: 1 }, undefined]])
  expect(asked).toBe(2)
})

it('grades what was handed in at the desk from there', async () => {
  host.answering.set('class.works', () => [{ file: 'Ada-1.labwork', pupil: 'Ada', time: 0, bytes: 9 }])
  host.answering.set('class.grade', () => workOf('Ada', 'b'.repeat(64)))
  await useKits().gradeHandedIn(kit)
  expect(host.callsOf('class.grade')).toEqual([{ kit, file: 'Ada-1.labwork', trainAgain: true }])
  expect(rows()).toEqual([['Ada-1.labwork', { points: 2, of: 10, open: 1 }, undefined]])
})

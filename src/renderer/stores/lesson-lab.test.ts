// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import type { Lesson } from '@core/lessons/format'
import { fakeHost, smallLab, statusOf, type FakeHost } from '../testing/fake-host'
import { serveLessons, smallLesson } from '../testing/fake-lessons'
import { useAnalysis } from './analysis'
import { useFiles } from './files'
import { useLab } from './lab'
import { useLessonLab } from './lesson-lab'
import { useLessons } from './lessons'
import { usePrompts } from './prompts'
import { useRun } from './run'
import { useScope } from './scope'

let host: FakeHost
beforeEach(() => {
  sessionStorage.clear()
  host = fakeHost()
})
async function begin(lesson: Lesson = smallLesson) {
  serveLessons(host, lesson)
  const lessonLab = useLessonLab()
  await useLessons().open('small')
  return lessonLab
}
const done = () => [...useLessons().done]
const batchSize = () => useLab().document?.training.batchSize
const width = () => useLab().document?.graph.nodes.find(({ id }) => id === 'embedding')?.params['width']

describe('a lab of the lesson', () => {
  it('is opened where the canvas shows none yet', async () => {
    const lessonLab = await begin()
    await lessonLab.begin()
    expect([useLab().document?.title, useLab().canUndo]).toEqual([smallLab().title, false])
    expect(done()).toEqual([]) // its piece asks for changes too
  })
  it('does not replace another one by itself', async () => {
    const lessonLab = await begin()
    useFiles().open({ ...smallLab(), title: 'Mine' })
    await lessonLab.begin()
    expect(useLab().document?.title).toBe('Mine')
  })
  it('is opened by its piece, with the changes as one step of undo', async () => {
    const lessonLab = await begin()
    await lessonLab.openFor('open')
    expect([batchSize(), done(), lessonLab.isOpen('open')]).toEqual([4, ['open'], true])
    useLab().undo()
    expect([batchSize(), useLab().canUndo]).toEqual([2, false])
  })
  it('is the lesson’s own before it is one of the gallery', async () => {
    const lessonLab = await begin()
    host.answering.set('lessons.lab', () => ({ ...smallLab(), title: 'Own' }))
    await lessonLab.openFor('open')
    expect(useLab().document?.title).toBe('Own')
  })
  it('is a variation of an experiment, with its title in both languages', async () => {
    const lessonLab = await begin({
      ...smallLesson,
      pieces: { ...smallLesson.pieces, open: { kind: 'lab', lab: 'scaling/none-16', edits: [] } },
    })
    await lessonLab.openFor('open')
    expect(useLab().document?.title).toMatchObject({ en: expect.stringContaining('d_k = 16') as string })
    expect(useLab().document?.graph.nodes.find(({ id }) => id === 'attention')?.params['scale']).toBe('none')
  })
  it('asks before it replaces unsaved work', async () => {
    const lessonLab = await begin()
    useFiles().open(smallLab())
    useLab().apply({ type: 'setTitle', title: 'Unsaved' })
    const opening = lessonLab.openFor('open')
    await vi.waitFor(() => expect(usePrompts().unsaved).not.toBeNull())
    usePrompts().unsaved?.('cancel')
    expect(await opening).toBe(false)
    expect([useLab().document?.title, done()]).toEqual(['Unsaved', []])
  })
  it('marks the blocks that differ from it', async () => {
    const lessonLab = await begin()
    await lessonLab.openFor('open')
    expect([...lessonLab.changed]).toEqual([])
    useLab().apply({ type: 'setParam', node: 'embedding', param: 'width', value: 8 })
    expect([...lessonLab.changed]).toEqual(['embedding'])
    useLab().apply({ type: 'moveNodes', positions: { tokens: { x: 5, y: 5 } } })
    expect([...lessonLab.changed]).toEqual(['embedding'])
  })
})

describe('a task', () => {
  it('completes itself when its condition holds, and stays completed', async () => {
    const lessonLab = await begin()
    await lessonLab.openFor('open')
    useLab().apply({ type: 'setParam', node: 'embedding', param: 'width', value: 8 })
    await nextTick()
    expect(done()).toEqual(['open', 'narrow'])
    useLab().undo()
    await nextTick()
    expect(done()).toEqual(['open', 'narrow'])
  })
  it('takes no notice of other labs', async () => {
    await begin()
    useFiles().open(smallLab())
    useLab().apply({ type: 'setParam', node: 'embedding', param: 'width', value: 8 })
    await nextTick()
    expect(done()).toEqual([])
  })
  it('waits until its screen is reached', async () => {
    const lessonLab = await begin()
    await lessonLab.openFor('open')
    useScope().select(['classifier'])
    await nextTick()
    expect(done()).toEqual(['open'])
    useLessons().go(1)
    await nextTick()
    expect(done()).toEqual(['open', 'pick'])
  })
  it('hears how far the run of this very lab is', async () => {
    const lessonLab = await begin()
    await lessonLab.openFor('open')
    useLessons().go(1)
    await vi.waitFor(() => expect(useAnalysis().result).not.toBeNull())
    await useRun().play()
    await vi.waitFor(() => expect(host.streams('runs.follow')).toHaveLength(1))
    host.tell(statusOf('run-1', { step: 19, state: 'paused' }))
    await nextTick()
    expect(done()).toEqual(['open'])
    useLab().apply({ type: 'setTraining', training: { batchSize: 8 } })
    host.tell(statusOf('run-1', { step: 20, state: 'running' }))
    await vi.waitFor(() => expect(useRun().status?.step).toBe(20))
    expect(done()).toEqual(['open'])
    useLab().undo()
    await nextTick()
    expect(done()).toEqual(['open', 'train'])
  })
})

describe('“do it for me”', () => {
  it('makes the change as one step of undo', async () => {
    const lessonLab = await begin()
    await lessonLab.openFor('open')
    await lessonLab.doForMe('narrow')
    await nextTick()
    expect([width(), done()]).toEqual([8, ['open', 'narrow']])
    useLab().undo()
    expect([width(), batchSize()]).toEqual([undefined, 4])
  })
  it('opens the lab first, as the lesson has changed it so far', async () => {
    const lessonLab = await begin()
    useLessons().complete('narrow')
    useLessons().go(1)
    await lessonLab.doForMe('pick')
    await nextTick()
    expect([batchSize(), width(), useScope().selection]).toEqual([4, 8, ['classifier']])
    expect(done()).toEqual(['narrow', 'pick'])
  })
  it('trains', async () => {
    const lessonLab = await begin()
    useLessons().go(1)
    await lessonLab.doForMe('train')
    await vi.waitFor(() => expect(host.callsOf('runs.start')).toHaveLength(1))
    await lessonLab.doForMe('train')
    expect(host.callsOf('runs.start')).toHaveLength(1)
  })
  it('makes the lesson’s own edits where there are some', async () => {
    const pieces: Lesson['pieces'] = {
      ...smallLesson.pieces,
      narrow: {
        kind: 'do',
        when: { is: 'blocks', kind: 'norm', atLeast: 1 },
        edits: [{ type: 'addNode', kind: 'norm', id: 'norm', position: { x: 0, y: 200 }, params: {} }],
      },
    }
    const lessonLab = await begin({ ...smallLesson, pieces })
    await lessonLab.doForMe('narrow')
    await nextTick()
    expect([done(), [...lessonLab.changed]]).toEqual([['narrow'], ['norm']])
  })
})

describe('a bug', () => {
  const goal = { metric: 'accuracy', atLeast: 0.9, steps: 100 }
  const hunt: Lesson = {
    ...smallLesson,
    screens: [{ title: 'Hunt', parts: [{ piece: 'hunt', texts: { body: '', options: [], note: '' } }] }],
    pieces: { hunt: { kind: 'bug', lab: 'small', mend: [{ type: 'setTraining', training: { learningRate: 0.1 } }] } },
  }
  it.each([
    [10, ['hunt']],
    [110, []],
  ])('is fixed when the lab reaches its goal in time: at step %d', async (step, fixed) => {
    const lessonLab = await begin(hunt)
    host.labs.set('small', { ...smallLab(), goal })
    await lessonLab.openFor('hunt')
    expect(done()).toEqual([])
    await vi.waitFor(() => expect(useAnalysis().result).not.toBeNull())
    await lessonLab.doForMe('hunt')
    expect(useLab().document?.training.learningRate).toBe(0.1)
    await vi.waitFor(() => expect(host.streams('runs.follow')).toHaveLength(1))
    const points = (value: number) => ({
      'validation/accuracy': { steps: Int32Array.of(step), values: Float32Array.of(value) },
    })
    host.tell(statusOf('run-1', { step }), { series: points(0.9) })
    await vi.waitFor(() => expect(useRun().metrics?.accuracy).toBeCloseTo(0.9))
    await nextTick()
    expect(done()).toEqual(fixed)
  })
})

it('after a reload the lab of the draft is the lesson’s again', async () => {
  const before = await begin()
  await before.openFor('open')
  await nextTick()
  host = fakeHost()
  serveLessons(host)
  const lessonLab = useLessonLab()
  await useLessons().resume()
  useFiles().open(smallLab()) // by its draft
  await lessonLab.resume()
  expect(lessonLab.isOpen('open')).toBe(true)
})

// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { noProgress } from '@core/lessons/progress'
import { LabError } from '@core/errors'
import { fakeHost, type FakeHost } from '../testing/fake-host'
import { lastKept, serveLessons, smallLesson } from '../testing/fake-lessons'
import { useLessons } from './lessons'
import { useNotices } from './notices'
import { useSettings } from './settings'

let host: FakeHost
beforeEach(() => {
  sessionStorage.clear()
  host = fakeHost()
})
const kept = () => vi.waitFor(() => expect(lastKept(host)).toBeDefined()).then(() => lastKept(host))

async function begin(before = {}) {
  serveLessons(host, smallLesson, before)
  const lessons = useLessons()
  await lessons.open('small')
  return lessons
}

describe('the list of lessons', () => {
  it('comes in the language of the page, and again when that changes', async () => {
    serveLessons(host)
    const lessons = useLessons()
    await vi.waitFor(() => expect(lessons.list.map(({ id }) => id)).toEqual(['small']))
    useSettings().language = 'zh'
    await vi.waitFor(() => expect(host.callsOf('lessons.list')).toEqual([{ language: 'en' }, { language: 'zh' }]))
  })
  it('comes with the open lesson when the language changes', async () => {
    const lessons = await begin()
    host.answering.set('lessons.read', () => ({ ...smallLesson, title: '小课' }))
    useSettings().language = 'zh'
    await vi.waitFor(() => expect(lessons.lesson?.title).toBe('小课'))
  })
  it('a lesson that does not exist is a problem, and the open one stays', async () => {
    const lessons = await begin()
    host.failing.set('lessons.read', new LabError('lesson.unknown', { id: 'x', known: 'small' }))
    await expect(lessons.open('x')).rejects.toMatchObject({ code: 'lesson.unknown' })
    expect(lessons.lesson?.id).toBe('small')
  })
})

describe('progress', () => {
  it('is none at first', async () => {
    const lessons = await begin()
    expect([lessons.progress, lessons.screen, [...lessons.done]]).toEqual([noProgress, 0, []])
    expect(lessons.steps).toEqual(['open', 'narrow', 'choose', 'train', 'pick', 'question', 'own'])
  })
  it('resumes where the learner left off', async () => {
    const lessons = await begin({ small: { screen: 1, done: ['open'], answers: { own: 'So.' }, time: 1 } })
    expect([lessons.screen, [...lessons.done], lessons.answerOf('own')]).toEqual([1, ['open'], 'So.'])
  })
  it('is kept after every change', async () => {
    const lessons = await begin()
    lessons.go(1)
    lessons.complete('question')
    lessons.complete('question')
    lessons.answer('own', 'Because.')
    expect(await kept()).toMatchObject({ screen: 1, done: ['question'], answers: { own: 'Because.' } })
    expect(lastKept(host)?.time).toBeGreaterThan(0)
  })
  it('is kept at the latest when the page is left', async () => {
    const lessons = await begin()
    lessons.answer('own', 'Half a sen')
    window.dispatchEvent(new Event('pagehide'))
    await nextTick()
    expect(await kept()).toMatchObject({ answers: { own: 'Half a sen' } })
  })
  it('is kept once the host can be reached again', async () => {
    const lessons = await begin()
    host.failing.set('progress.keep', new LabError('connection-closed'))
    lessons.complete('open')
    await vi.waitFor(() => expect(host.callsOf('progress.keep')).toHaveLength(1))
    host.failing.clear()
    host.disconnect()
    await vi.waitFor(() => expect(host.callsOf('progress.keep')).toHaveLength(2), { timeout: 5000 })
    expect(lastKept(host)?.done).toEqual(['open'])
    expect([...lessons.done]).toEqual(['open']) // what the host recalls is older
  })
  it('reports a write failure', async () => {
    const lessons = await begin()
    host.failing.set('progress.keep', new LabError('draft.unknown'))
    lessons.complete('open')
    await vi.waitFor(() => expect(useNotices().notices).toHaveLength(1))
  })
  it('is deleted by starting over', async () => {
    const lessons = await begin({ small: { screen: 1, done: ['open', 'own'], answers: { own: 'So.' }, time: 1 } })
    lessons.startOver()
    expect([lessons.screen, [...lessons.done], lessons.answerOf('own')]).toEqual([0, [], undefined])
    expect(await kept()).toBeNull()
  })
  it('ignores pieces and screens that the lesson does not have', async () => {
    const lessons = await begin({ small: { screen: 7, done: ['gone'], answers: {}, time: 1 } })
    expect([lessons.screen, lessons.reached]).toEqual([1, 1])
    lessons.complete('nothing')
    lessons.go(2)
    lessons.go(-1)
    expect([lessons.screen, [...lessons.done]]).toEqual([1, ['gone']])
  })
})

describe('after a reload of the window', () => {
  it('the lesson is open again', async () => {
    await begin()
    host = fakeHost()
    serveLessons(host)
    await useLessons().resume()
    expect(useLessons().lesson?.id).toBe('small')
  })
  it('a lesson that was closed stays closed', async () => {
    const lessons = await begin()
    lessons.close()
    await nextTick()
    host = fakeHost()
    serveLessons(host)
    await useLessons().resume()
    expect(useLessons().lesson).toBeNull()
  })
})

// @vitest-environment happy-dom
import { beforeEach, expect, it } from 'vitest'
import type { Lesson } from '@core/lessons/format'
import { fakeHost } from '../testing/fake-host'
import { options, serveLessons, smallLesson, texts } from '../testing/fake-lessons'
import { useLessons } from '../stores/lessons'
import { savedLesson } from './page'

async function begin(lesson: Lesson = smallLesson): Promise<ReturnType<typeof useLessons>> {
  serveLessons(fakeHost(), lesson)
  await useLessons().open('small')
  return useLessons()
}
const page = (lesson: Lesson = smallLesson): Document => new DOMParser().parseFromString(savedLesson(lesson), 'text/html')

beforeEach(() => sessionStorage.clear())

it('holds all screens, and loads and runs nothing', async () => {
  await begin()
  const saved = page()
  expect([saved.title, saved.documentElement.lang]).toEqual(['A small lesson', 'en'])
  expect([...saved.querySelectorAll('h2')].map((title) => title.textContent)).toEqual(['First', 'Second'])
  expect(saved.querySelectorAll('script, link, img, iframe, a, [onclick]')).toHaveLength(0)
})

it('holds what the learner answered, as text', async () => {
  const lessons = await begin()
  lessons.answer('own', 'It is <b>so</b> & so.')
  lessons.complete('own')
  lessons.answer('choose', { guess: 0, revealed: true })
  lessons.answer('question', [0, 2])
  lessons.complete('question')
  const saved = page()
  expect(saved.querySelector('.words')?.textContent).toBe('It is <b>so</b> & so.')
  const answers = [...saved.querySelectorAll('.answer')].map(({ textContent }) => textContent)
  expect(answers).toContain('Your guess one')
  expect(answers).toContain('Your answer two')
})

it('does not give away answers that the learner has not found', async () => {
  await begin()
  expect(page().body.textContent).not.toContain('Because.')
  expect(page().body.textContent).not.toContain('About')
})

it('takes answers that do not fit the lesson for none', async () => {
  const lesson: Lesson = {
    ...smallLesson,
    screens: [
      {
        title: 'One',
        parts: ['order', 'sketch', 'paint', 'number'].map((piece) => ({ piece, texts: texts({ options: options('a', 'b') }) })),
      },
    ],
    pieces: {
      order: { kind: 'quiz', quiz: { type: 'several', answers: [0] } },
      sketch: {
        kind: 'predict',
        predict: {
          ask: 'sketch',
          figures: ['scaling/none-4/scoreVariance', 'scaling/none-16/scoreVariance'],
          x: ['4', '16'],
          log: true,
        },
      },
      paint: { kind: 'predict', predict: { ask: 'paint', tokens: ['a', 'b'], answer: ['#.', '.#'] } },
      number: { kind: 'predict', predict: { ask: 'number', figure: 'scaling/none-4/scoreVariance', within: 0.25 } },
    },
  }
  const lessons = await begin(lesson)
  for (const id of ['sketch', 'paint', 'number']) lessons.answer(id, { guess: 'nonsense', revealed: true })
  lessons.answer('order', { no: 'list' })
  lessons.complete('order')
  expect(page(lesson).querySelectorAll('section')).toHaveLength(4)
})

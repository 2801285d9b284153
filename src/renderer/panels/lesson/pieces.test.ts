// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import type { Lesson, Piece, PieceTexts } from '@core/lessons/format'
import { useLab } from '../../stores/lab'
import { useLessons } from '../../stores/lessons'
import { fakeHost, type FakeHost } from '../../testing/fake-host'
import { measuredScaling, options, serveLessons, smallLesson, texts } from '../../testing/fake-lessons'
import { mountIn } from '../../testing/mounting'
import LeftPanel from '../LeftPanel.vue'

let host: FakeHost
let panel: ReturnType<typeof mountIn>
beforeEach(() => {
  sessionStorage.clear()
  host = fakeHost()
})
afterEach(() => panel.unmount())

async function show(lesson: Lesson): Promise<void> {
  serveLessons(host, lesson)
  await useLessons().open(lesson.id)
  panel = mountIn(host, LeftPanel)
  await nextTick()
}
const showPiece = (piece: Piece, words: PieceTexts = texts({ options: options('zero', 'one', 'two') })): Promise<void> =>
  show({ ...smallLesson, pieces: { it: piece }, screens: [{ title: 'Only', parts: [{ piece: 'it', texts: words }] }] })
const get = (id: string) => panel.get(`[data-testid="${id}"]`)
const has = (id: string): boolean => panel.find(`[data-testid="${id}"]`).exists()
const isDone = (): boolean => useLessons().done.has('it')
const click = (id: string) => get(id).trigger('click')
const quiz = (of: Extract<Piece, { kind: 'quiz' }>['quiz']): Piece => ({ kind: 'quiz', quiz: of })
const predict = (of: Extract<Piece, { kind: 'predict' }>['predict']): Piece => ({ kind: 'predict', predict: of })
const answer = () => useLessons().answerOf('it')

describe('the left panel', () => {
  it('has tabs while a lesson is open, and the blocks alone otherwise', async () => {
    await show(smallLesson)
    expect([has('tab-lesson'), has('tab-blocks'), has('palette-find')]).toEqual([true, true, false])
    useLessons().tab = 'blocks'
    await vi.waitFor(() => expect(has('palette-find')).toBe(true))
    useLessons().close()
    await nextTick()
    expect([has('tab-lesson'), has('palette-find')]).toEqual([false, true])
  })
  it('leads through the screens and counts the steps', async () => {
    await show(smallLesson)
    expect(get('lesson-progress').text()).toBe('step 1 of 7 · about 10 min left')
    expect(get('lesson-back').attributes()).toHaveProperty('disabled')
    await click('lesson-next')
    expect([useLessons().screen, has('piece-train'), has('lesson-next')]).toEqual([1, true, false])
  })
})

describe('a question', () => {
  it('with one answer explains wrong ones, which can be tried again', async () => {
    await showPiece(quiz({ type: 'one', answer: 2 }))
    await click('option-it-0')
    expect([get('piece-it').text().includes('About zero'), isDone()]).toEqual([true, false])
    await click('option-it-2')
    expect([answer(), isDone()]).toEqual([[0, 2], true])
    expect(get('option-it-1').attributes()).toHaveProperty('disabled')
  })
  it('with several answers names the wrong ones, and counts the missing ones', async () => {
    await showPiece(quiz({ type: 'several', answers: [0, 2] }))
    await click('option-it-0')
    await click('option-it-1')
    await click('check-it')
    expect([get('piece-it').text().includes('About one'), isDone()]).toEqual([true, false])
    await click('option-it-1')
    await click('check-it')
    expect(get('piece-it').text()).toContain('1 more')
    await click('option-it-2')
    await click('check-it')
    expect(isDone()).toBe(true)
  })
  it.each([
    ['0.125', true],
    ['1/8', true],
    ['0.1255', true],
    ['0.13', false],
    ['8', false],
  ])('with a number takes %s for right: %s', async (typed, right) => {
    await showPiece(quiz({ type: 'number', answer: '1 / sqrt(64)', within: 0.001 }))
    await get('answer-it').setValue(typed)
    await click('check-it')
    expect(isDone()).toBe(right)
  })
  it('with an order is right once the steps are where they belong', async () => {
    await showPiece(quiz({ type: 'order' }))
    await click('check-it')
    expect([get('piece-it').text().includes('About'), isDone()]).toEqual([true, false])
    for (let moves = 0; moves < 9 && !isDone(); moves++) {
      const shown = panel.findAll('li[data-testid^="order-it-"]').map((row) => Number(row.attributes('data-testid')!.slice(-1)))
      const high = shown.find((option, index) => option > (shown[index + 1] ?? Infinity))
      if (high !== undefined) await click(`down-it-${high}`)
      await click('check-it')
    }
    expect([isDone(), answer()]).toEqual([true, [0, 1, 2]])
  })
})

describe('a prediction', () => {
  it('among options can be changed until it is revealed', async () => {
    await showPiece(predict({ ask: 'choice', answer: 1 }))
    expect(get('reveal-it').attributes()).toHaveProperty('disabled')
    await click('option-it-1')
    await click('option-it-0')
    await click('reveal-it')
    expect([answer(), isDone()]).toEqual([{ guess: 0, revealed: true }, true])
    expect(get('piece-it').text()).toContain('About zero')
    await click('option-it-1')
    expect(answer()).toEqual({ guess: 0, revealed: true })
  })
  it('of a share is typed in percent, and compared with what was measured here', async () => {
    await showPiece(predict({ ask: 'number', figure: 'scaling/none-4/accuracy', within: 0.25 }))
    await get('guess-it').setValue('80')
    await click('reveal-it')
    expect(answer()).toEqual({ guess: 0.8, revealed: true })
    await vi.waitFor(() => expect(host.streams('experiments.watch')).toHaveLength(1))
    for (const { part } of host.streams('experiments.watch')) {
      part({ experiments: [measuredScaling({ 'none-4': [{ accuracy: 0.9 }] })], removed: [] })
    }
    await vi.waitFor(() => expect(get('piece-it').text()).toContain('Measured 90.0 % · close'))
  })
  it('of a curve needs every point: typed or moved by the arrow keys', async () => {
    const figures = ['scaling/none-4/scoreVariance', 'scaling/none-16/scoreVariance']
    await showPiece(predict({ ask: 'sketch', figures, x: ['4', '16'], log: true }))
    await get('guess-it-0').setValue('4')
    expect(get('reveal-it').attributes()).toHaveProperty('disabled')
    await panel.findAll('circle[role="slider"]')[1]!.trigger('keydown', { key: 'ArrowUp' })
    await click('reveal-it')
    const { guess } = answer() as { guess: number[] }
    expect(guess[0]).toBe(4)
    expect(guess[1]).toBeGreaterThan(1)
    expect(isDone()).toBe(true)
  })
  it('of a map is painted by the pointer and by the keyboard', async () => {
    await showPiece(predict({ ask: 'paint', tokens: ['a', 'b'], answer: ['#.', '.#'] }))
    await get('cell-0-0').trigger('pointerdown')
    await get('cell-0-1').trigger('pointerenter', { buttons: 1 })
    await get('cell-0-1').trigger('keydown', { key: ' ' })
    await get('cell-1-1').trigger('keydown', { key: 'Enter' })
    await click('reveal-it')
    expect(answer()).toEqual({ guess: ['#.', '.#'], revealed: true })
    expect(get('piece-it').text()).toContain('All cells are right.')
    await get('cell-0-1').trigger('pointerdown')
    expect(answer()).toEqual({ guess: ['#.', '.#'], revealed: true })
  })
})

describe('a result', () => {
  const result = texts({
    body: '<p>It is <data value="scaling/none-256/scoreVariance"></data>.</p>',
    note: '<p>Few seeds.</p>',
  })
  async function measure(grown: number): Promise<void> {
    await showPiece({ kind: 'result', claims: ['scaling/variance'] }, result)
    const of = { 'none-16': 17, 'none-256': grown, 'root-16': 1, 'root-256': 1 }
    const measurements = Object.fromEntries(Object.entries(of).map(([name, scoreVariance]) => [name, [{ scoreVariance }]]))
    await vi.waitFor(() => expect(host.streams('experiments.watch')).toHaveLength(1))
    for (const { part } of host.streams('experiments.watch'))
      part({ experiments: [measuredScaling(measurements)], removed: [] })
    await vi.waitFor(() => expect(get('piece-it').text()).toContain('here'))
  }
  it('says so before anything was measured', async () => {
    await showPiece({ kind: 'result', claims: ['scaling/variance'] }, result)
    expect(get('piece-it').text()).toContain('Not measured yet.')
  })
  it('shows the learner’s own figure, and that the claim holds', async () => {
    await measure(250)
    expect(panel.get('.figure').classes()).toContain('own')
    expect(get('piece-it').text()).toContain('It is 250.Supported here: 1 of 1 seeds.')
    expect(get('piece-it').text()).not.toContain('Few seeds.')
  })
  it('that is contradicted says so, and why that can be', async () => {
    await measure(18)
    expect(get('piece-it').text()).toContain('Contradicted here: 0 of 1 seeds.Few seeds.')
  })
})

it('own words are kept as they are typed, and done once there are some', async () => {
  await showPiece({ kind: 'words' })
  await get('words-it').setValue('It keeps the variance.')
  expect([answer(), isDone()]).toEqual(['It keeps the variance.', true])
})

it('a task shows its hint on demand, and can be done by the page', async () => {
  await show(smallLesson)
  await click('hint-narrow')
  expect(get('piece-narrow').text()).toContain('A hint.')
  await click('do-narrow')
  await vi.waitFor(() => expect(useLessons().done.has('narrow')).toBe(true))
  expect(useLab().document?.graph.nodes[1]?.params).toEqual({ width: 8 })
})

it('a term opens its entry of the glossary in both languages', async () => {
  await show(smallLesson)
  await panel.get('a[href="term:softmax"]').trigger('click')
  await vi.waitFor(() => expect(document.querySelector('[data-testid="term"]')?.textContent).toContain('softmax'))
  expect(document.querySelector('[data-testid="term"] [lang="zh-CN"]')).not.toBeNull()
})

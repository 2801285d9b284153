/** What the specs of lessons share: opening one, playing its pieces, and what must hold on every screen. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { evaluate } from '../src/core/lessons/arithmetic'
import type { LessonFacts, Piece } from '../src/core/lessons/format'
import { violationsIn } from './axe'
import { expect } from './fixtures'

export const folder = join(import.meta.dirname, '..', 'resources', 'lessons')
export const factsOf = async (id: string): Promise<LessonFacts> =>
  JSON.parse(await readFile(join(folder, id, 'lesson.json'), 'utf8')) as LessonFacts

export async function openLesson(page: Page, id: string): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.getByTestId('command-field').fill(id)
  await page.getByTestId(`command-lesson.open.${id}`).click()
  await isLesson(page, id)
}
/** Waits until this lesson is open: another one may be until then. */
export const isLesson = (page: Page, id: string): Promise<void> =>
  expect(page.getByTestId('lesson')).toHaveAttribute('data-lesson', id)

/** Elements of the lesson that are wider than their room; formulas and live views scroll by themselves. */
const clipped = (page: Page): Promise<string[]> =>
  page.getByTestId('lesson').evaluate((lesson) =>
    [...lesson.querySelectorAll<HTMLElement>('*')]
      .filter((each) => !each.closest('svg, math, .sr-only, .ui-truncate, .table, canvas, .view'))
      .filter((each) => each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).display !== 'inline')
      .map((each) => `${each.tagName} ${each.className}: ${each.scrollWidth} > ${each.clientWidth}`),
  )
/** `axe`: what the rules of accessibility are checked on. */
export async function isSound(page: Page, errors: readonly string[], axe: 'page' | 'lesson' | null = 'page'): Promise<void> {
  if (axe) expect(await violationsIn(page, ...(axe === 'lesson' ? ['[data-testid="lesson"]'] : []))).toEqual([])
  expect(await clipped(page)).toEqual([])
  expect(await page.evaluate(() => document.body.scrollWidth <= innerWidth)).toBe(true)
  expect(errors).toEqual([])
}

/** In the order of the screen. */
export const piecesOnScreen = (page: Page): Promise<string[]> =>
  page
    .getByTestId('lesson-screen')
    .locator('[data-testid^="piece-"]')
    .evaluateAll((all) => all.map((each) => each.getAttribute('data-testid')!.slice('piece-'.length)))

/** Does what a piece asks for: a task by “Do it for me”, a question wrong and then right. */
export async function play(page: Page, id: string, piece: Piece): Promise<void> {
  const click = (name: string) => page.getByTestId(name).click()
  const isDone = () => expect(page.getByTestId(`piece-${id}`), id).toHaveClass(/done/, { timeout: 60_000 })
  switch (piece.kind) {
    case 'lab':
      await click(`open-${id}`)
      await discardBefore(page, page.getByTestId(`piece-${id}`).and(page.locator('.done')))
      return isDone()
    case 'do':
      await click(`do-${id}`)
      return isDone()
    case 'predict': {
      const { predict } = piece
      if (predict.ask === 'choice') await click(`option-${id}-0`)
      if (predict.ask === 'number') await page.getByTestId(`guess-${id}`).fill('30')
      if (predict.ask === 'sketch') {
        for (const index of predict.x.keys()) await page.getByTestId(`guess-${id}-${index}`).fill(String(10 + index))
      }
      if (predict.ask === 'paint') await page.getByTestId(`paint-${id}`).getByTestId('cell-0-1').click()
      await click(`reveal-${id}`)
      return isDone()
    }
    case 'quiz': {
      const { quiz } = piece
      if (quiz.type === 'number') {
        const right = evaluate(quiz.answer)
        for (const answer of [right + 1, right]) {
          await page.getByTestId(`answer-${id}`).fill(String(Number(answer.toPrecision(5))))
          await click(`check-${id}`)
        }
      } else if (quiz.type === 'order') await putInOrder(page, id)
      else {
        const right = quiz.type === 'one' ? [quiz.answer] : quiz.answers
        const wrong = [0, 1, 2, 3].find((option) => !right.includes(option))!
        await click(`option-${id}-${wrong}`)
        if (quiz.type === 'several') {
          await click(`check-${id}`)
          await click(`option-${id}-${wrong}`)
        }
        for (const option of right) await click(`option-${id}-${option}`)
        if (quiz.type === 'several') await click(`check-${id}`)
      }
      return isDone()
    }
    case 'words':
      await page.getByTestId(`words-${id}`).fill('It depends. 视情况而定。')
      await page.getByTestId(`words-${id}`).blur()
      return isDone()
    case 'bug': // what its mend does is proven by training: `lesson check --train`
    case 'measure': // played in lessons.spec.ts
    case 'look':
    case 'result':
      return
  }
}

/** The lab of the lesson before was changed: the learner is asked before it is left. */
async function discardBefore(page: Page, next: Locator): Promise<void> {
  const discard = page.getByTestId('unsaved-discard')
  await expect(discard.or(next).first()).toBeVisible()
  if (await discard.isVisible()) await discard.click()
}

/** By the buttons that move an option up, until the options are in the order of the lesson. */
async function putInOrder(page: Page, id: string): Promise<void> {
  await page.getByTestId(`check-${id}`).click() // shuffled: never right at once
  const shown = (): Promise<number[]> =>
    page
      .getByTestId(`piece-${id}`)
      .locator(`[data-testid^="order-${id}-"]`)
      .evaluateAll((all) => all.map((each) => Number(/-(\d+)$/.exec(each.getAttribute('data-testid')!)![1])))
  const count = (await shown()).length
  for (let wanted = 0; wanted < count; wanted++) {
    for (let place = (await shown()).indexOf(wanted); place > wanted; place--)
      await page.getByTestId(`up-${id}-${wanted}`).click()
  }
  await page.getByTestId(`check-${id}`).click()
}

/**
 * Every lesson of the course, in both languages: each task is done by "do it for me", each question answered wrong and then right, and on
 * every screen nothing is clipped, no rule of accessibility is broken and nothing is logged as an error.
 */
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { evaluate } from '../src/core/lessons/arithmetic'
import type { LessonFacts, Piece } from '../src/core/lessons/format'
import { expect, test } from './fixtures'
import { isSound, openLesson } from './lessons'

const folder = join(import.meta.dirname, '..', 'resources', 'lessons')
const facts = async (id: string): Promise<LessonFacts> =>
  JSON.parse(await readFile(join(folder, id, 'lesson.json'), 'utf8')) as LessonFacts
const lessons = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name)

/** A third of the lessons each, so that several workers can share them. */
const parts = [0, 1, 2].map((part) => lessons.filter((_, index) => index % 3 === part))

for (const language of ['en', 'zh'] as const) {
  for (const [part, ids] of parts.entries()) {
    test(`every lesson can be played in ${language === 'en' ? 'English' : 'Chinese'}, part ${part + 1}`, async ({ app }) => {
      test.setTimeout(60_000 * ids.length)
      app.page.setDefaultTimeout(20_000)
      const { page, errors } = app
      await page.setViewportSize({ width: 1280, height: 720 })
      await page.emulateMedia({ reducedMotion: 'reduce' })
      await page.getByTestId(`language-${language}`).last().click() // that of the gallery, which lies above
      for (const id of ids) {
        await test.step(id, async () => {
          await openLesson(page, id)
          const { pieces } = await facts(id)
          let isFirst = true
          for (let last = false; !last;) {
            for (const piece of await piecesOnScreen(page)) await play(page, piece, pieces[piece]!)
            // The rules concern structure and colours, which do not depend on the language.
            await isSound(page, errors, isFirst ? 'page' : language === 'en' ? 'lesson' : null)
            isFirst = false
            last = !(await page.getByTestId('lesson-next').isVisible())
            if (!last) await page.getByTestId('lesson-next').click()
          }
        })
      }
    })
  }
}

/** In the order of the screen. */
const piecesOnScreen = (page: Page): Promise<string[]> =>
  page
    .getByTestId('lesson-screen')
    .locator('[data-testid^="piece-"]')
    .evaluateAll((all) => all.map((each) => each.getAttribute('data-testid')!.slice('piece-'.length)))

async function play(page: Page, id: string, piece: Piece): Promise<void> {
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

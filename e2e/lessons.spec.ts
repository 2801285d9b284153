/** A lesson played from the first to the last screen: by mouse, then by keyboard alone; with nothing clipped, at any size. */
import type { Page } from '@playwright/test'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LessonFacts } from '../src/core/lessons/format'
import { expect, test } from './fixtures'
import { factsOf, isLesson, isSound, openLesson, piecesOnScreen, play } from './lessons'

const done = (page: Page, piece: string) => expect(page.getByTestId(`piece-${piece}`)).toHaveClass(/done/, { timeout: 75_000 })

test('the lesson on scaling, by mouse', async ({ app }) => {
  test.setTimeout(300_000)
  const { page, errors } = app
  await page.setViewportSize({ width: 1280, height: 720 })
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await openLesson(page, 'scaling')
  await done(page, 'open') // the canvas was empty, so the lesson has opened its lab
  await page.locator('[data-testid="lesson-screen"] a[href="term:softmax"]').click()
  await expect(page.getByTestId('term')).toContainText('softmax')
  await page.keyboard.press('Escape')
  await expect(page.getByTestId('term')).toBeHidden()
  await page.getByTestId('hint-unscale').click()
  await isSound(page, errors)
  await page.getByTestId('node-attention').click()
  await page.getByTestId('do-unscale').click()
  await done(page, 'unscale')
  await expect(page.getByTestId('node-attention')).toContainText('changed')

  await page.getByTestId('lesson-next').click()
  const chart = (await page.getByTestId('sketch-variance-sketch').boundingBox())!
  for (const [column, height] of [0.8, 0.6, 0.45, 0.3].entries()) {
    await page.mouse.move(chart.x + chart.width * (0.13 + (0.83 * (column + 0.5)) / 4), chart.y + chart.height * 0.5)
    await page.mouse.down()
    await page.mouse.move(chart.x + chart.width * 0.5, chart.y + chart.height * height)
    await page.mouse.up()
    await expect(page.getByTestId(`guess-variance-sketch-${column}`)).not.toHaveValue('')
  }
  await page.getByTestId('reveal-variance-sketch').click()
  await page.getByTestId('option-quiz-variance-1').click()
  await expect(page.getByTestId('piece-quiz-variance')).toContainText('standard deviation')
  await page.getByTestId('option-quiz-variance-2').click()
  await done(page, 'quiz-variance')
  await isSound(page, errors)

  await page.getByTestId('lesson-next').click()
  await expect(page.getByTestId('piece-variance')).not.toContainText('here:')
  await page.getByTestId('measure-quick').click()
  await done(page, 'measure')
  await expect(page.getByTestId('piece-variance')).toContainText('Supported here: 3 of 3 seeds.')
  await expect(page.getByTestId('piece-variance').locator('.figure.own')).toHaveCount(4)
  await isSound(page, errors)

  await page.getByTestId('lesson-next').click()
  await page.getByTestId('option-end-1').click()
  await page.getByTestId('reveal-end').click()
  await page.getByTestId('play').click()
  await done(page, 'train')
  await expect(page.getByTestId('piece-map').locator('canvas').first()).toBeVisible()
  await page.getByTestId('answer-quiz-number').fill('8')
  await page.getByTestId('check-quiz-number').click()
  await expect(page.getByTestId('piece-quiz-number')).toContainText('Try again')
  await page.getByTestId('answer-quiz-number').fill('0.125')
  await page.getByTestId('check-quiz-number').click()
  await page.getByTestId('option-quiz-why-1').click()
  await page.getByTestId('words-own').fill('It keeps the variance of the scores at one.')
  await page.getByTestId('lesson-progress').click()
  await expect(page.getByTestId('lesson-progress')).toHaveText('all 10 steps done')
  await isSound(page, errors)

  const downloading = page.waitForEvent('download')
  await page.getByTestId('lesson-menu').click()
  await page.getByTestId('menu-lesson.save').click()
  const saved = await readFile(await (await downloading).path(), 'utf8')
  expect(saved).toContain('It keeps the variance of the scores at one.')
  expect(saved).toContain('class="figure own"')
  expect(saved).toContain('<svg')
  expect(saved).not.toMatch(/<script|https?:\/\/(?!www\.w3\.org)/)

  // Nothing is lost by closing the window, nor by another host over the same workspace.
  const again = await app.restart()
  await openLesson(again, 'scaling')
  await expect(again.getByTestId('lesson-progress')).toHaveText('all 10 steps done')
  await expect(again.getByTestId('words-own')).toHaveValue('It keeps the variance of the scores at one.')
  await again.getByTestId('lesson-menu').click()
  await again.getByTestId('menu-lesson.startOver').click()
  await again.getByTestId('start-over').click()
  await expect(again.getByTestId('lesson-progress')).toContainText('step 2 of 10') // its lab is open
})

const train = (page: Page) => page.getByTestId('play').click()
const set = (node: string, param: string, name: RegExp) => async (page: Page) => {
  await page.getByTestId(`node-${node}`).click()
  await page.getByTestId('tab-settings').click()
  const field = page.getByTestId(`field-${param}`)
  await expect(field.or(page.getByTestId('advanced')).first()).toBeVisible()
  if (!(await field.isVisible())) await page.getByTestId('advanced').click()
  await field.click()
  await page.getByRole('option', { name }).click()
}
/** The tasks of these lessons, done as a learner does them. */
const tasks: Record<string, Record<string, (page: Page) => Promise<void>>> = {
  start: {
    train,
    async mute(page) {
      await page.getByTestId('node-attention').click()
      await page.getByTestId('tab-live').click()
      await page.getByTestId('mute-0').click()
    },
  },
  scaling: { unscale: set('attention', 'scale', /^1$/), train },
  merging: { change: set('attention-1', 'merge', /ReLU ?\+ ?softmax/), train },
  norms: {
    'batch-norm': set('norm-attention-1', 'method', /^(batch|批)$/),
    async small(page) {
      await page.getByTestId('training-settings').click()
      await page.getByTestId('field-batchSize').fill('1')
      await page.getByTestId('field-batchSize').press('Enter')
      await page.keyboard.press('Escape')
    },
    train,
  },
}
for (const language of ['en', 'zh'] as const) {
  test(`the first lesson and those on scaling, merging and norms, by mouse, in ${language === 'en' ? 'English' : 'Chinese'}`, async ({
    app,
  }) => {
    test.setTimeout(300_000)
    const { page, errors } = app
    await page.setViewportSize({ width: 1280, height: 720 })
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await page.getByTestId(`language-${language}`).last().click() // that of the gallery, which lies above
    for (const [lesson, byHand] of Object.entries(tasks)) {
      if (lesson === 'scaling' && language === 'en') continue // above
      await test.step(lesson, async () => {
        await page.getByTestId(`lesson-card-${lesson}`).click()
        await isLesson(page, lesson)
        const { pieces } = await factsOf(lesson)
        for (let last = false; !last;) {
          for (const id of await piecesOnScreen(page)) {
            const piece = pieces[id]!
            if (piece.kind === 'do') await byHand[id]!(page)
            else if (piece.kind === 'measure') await page.getByTestId('measure-quick').click()
            else await play(page, id, piece)
            if (piece.kind === 'do' || piece.kind === 'measure') await done(page, id)
          }
          await isSound(page, errors, null)
          last = !(await page.getByTestId('lesson-next').isVisible())
          if (!last) await page.getByTestId('lesson-next').click()
        }
        await expect(page.getByTestId('lesson-progress')).toHaveText(
          language === 'en' ? /^all \d+ steps done$/ : /^\d+ 步已全部完成$/,
        )
        await page.getByTestId('logo').click()
      })
    }
  })
}

for (const language of ['en', 'zh'] as const) {
  test(`the lesson on scaling, by keyboard alone, in ${language === 'en' ? 'English' : 'Chinese'}`, async ({ app }) => {
    test.setTimeout(240_000)
    const { page, errors } = app
    await page.setViewportSize({ width: 1280, height: 720 })
    await expect(page.getByTestId('gallery-empty')).toBeVisible()
    /** Tab until the control has the focus. */
    async function reach(testid: string): Promise<void> {
      for (let steps = 0; steps < 80; steps++) {
        if (await page.evaluate((id) => document.activeElement?.getAttribute('data-testid') === id, testid)) return
        await page.keyboard.press('Tab')
      }
      throw new Error(`${testid} is not reached by Tab`)
    }
    async function press(testid: string): Promise<void> {
      await reach(testid)
      await page.keyboard.press('Enter')
    }
    await reach(`language-${language}`)
    await page.keyboard.press('Space')
    await page.keyboard.press('Control+k')
    await page.keyboard.type(language === 'en' ? 'why divide' : '为什么要除以')
    await expect(page.getByTestId('command-lesson.open.scaling')).toBeVisible()
    await page.keyboard.press('Enter')
    await expect(page.locator('[data-lesson-title]')).toBeFocused()
    await press('do-unscale')
    await done(page, 'unscale')
    await press('lesson-next')
    await expect(page.locator('[data-lesson-title]')).toBeFocused()

    await reach('lesson-screen')
    for (let point = 0; point < 4; point++) {
      await page.keyboard.press('Tab')
      await expect(page.locator('circle[role="slider"]').nth(point)).toBeFocused()
      await page.keyboard.press('PageUp')
    }
    await reach('guess-variance-sketch-3')
    await page.keyboard.press('Control+a')
    await page.keyboard.type('256')
    await press('reveal-variance-sketch')
    await press('option-quiz-variance-2')
    await done(page, 'quiz-variance')
    await press('lesson-next')
    await press('measure-quick')
    await done(page, 'measure')
    await press('lesson-next')
    await press('option-end-1')
    await press('reveal-end')
    await press('do-train')
    await done(page, 'train')
    await reach('answer-quiz-number')
    await page.keyboard.type('1/8')
    await page.keyboard.press('Enter')
    await press('option-quiz-why-1')
    await reach('words-own')
    await page.keyboard.type('It keeps the variance at one.')
    await page.keyboard.press('Tab')
    await expect(page.getByTestId('lesson-progress')).toHaveText(language === 'en' ? 'all 10 steps done' : '10 步已全部完成')
    expect(errors).toEqual([])
  })
}

test('every screen fits at 800×600, in both languages and themes', async ({ app }, info) => {
  test.skip(info.project.name === 'electron', 'the size of the window is the person’s')
  test.setTimeout(180_000)
  const { page, errors } = app
  await page.setViewportSize({ width: 800, height: 600 })
  await openLesson(page, 'scaling')
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    for (const language of ['zh', 'en'] as const) {
      await page.getByTestId(`language-${language}`).click()
      await expect(page.locator('html')).toHaveAttribute('lang', language === 'zh' ? 'zh-CN' : 'en')
      while (await page.getByTestId('lesson-back').isEnabled()) await page.getByTestId('lesson-back').click()
      for (;;) {
        await isSound(page, errors, 'lesson')
        if (!(await page.getByTestId('lesson-next').isVisible())) break
        await page.getByTestId('lesson-next').click()
      }
    }
  }
})

test.describe('a teacher’s lesson', () => {
  test.use({ ownLessons: true })
  test('is listed, played, and changes on the screen while it is edited', async ({ app }) => {
    const { page, errors } = app
    await page.setViewportSize({ width: 1280, height: 720 })
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await page.getByTestId('lesson-card-causal-mask').click()
    await isLesson(page, 'causal-mask')
    const { pieces } = JSON.parse(await readFile(join(app.workspace, 'lessons/causal-mask/lesson.json'), 'utf8')) as LessonFacts
    for (let last = false; !last;) {
      for (const id of await piecesOnScreen(page)) await play(page, id, pieces[id]!)
      await isSound(page, errors)
      last = !(await page.getByTestId('lesson-next').isVisible())
      if (!last) await page.getByTestId('lesson-next').click()
    }
    await expect(page.getByTestId('lesson-progress')).toHaveText('all 6 steps done')

    const text = join(app.workspace, 'lessons/causal-mask/en.md')
    const written = await readFile(text, 'utf8')
    await writeFile(text, written.replace('## Look', '## Look at the triangle').replace('term:causal-mask', 'term:casual-mask'))
    await expect(page.getByTestId('lesson-screen')).toContainText('Look at the triangle')
    await expect(page.getByTestId('lesson-errors')).toContainText(/en\.md.*casual-mask/)
    await isSound(page, errors)
    await writeFile(text, written)
    await expect(page.getByTestId('lesson-errors')).toBeHidden()
    await expect(page.getByTestId('lesson-progress')).toHaveText('all 6 steps done')
  })
})

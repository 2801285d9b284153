/** A lesson played from the first to the last screen: by mouse, then by keyboard alone; with nothing clipped, at any size. */
import type { Page } from '@playwright/test'
import { readFile } from 'node:fs/promises'
import { expect, test } from './fixtures'
import { isSound, openLesson } from './lessons'

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

test('the lesson on scaling, by keyboard alone', async ({ app }) => {
  test.setTimeout(240_000)
  const { page, errors } = app
  await page.setViewportSize({ width: 1280, height: 720 })
  await expect(page.getByTestId('gallery-empty')).toBeVisible()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('why divide')
  await expect(page.getByTestId('command-lesson.open.scaling')).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(page.locator('[data-lesson-title]')).toBeFocused()

  /** Tab until the control has the focus. */
  async function reach(testid: string): Promise<void> {
    for (let steps = 0; steps < 80; steps++) {
      if (await page.getByTestId(testid).evaluate((each) => each === document.activeElement)) return
      await page.keyboard.press('Tab')
    }
    throw new Error(`${testid} is not reached by Tab`)
  }
  async function press(testid: string): Promise<void> {
    await reach(testid)
    await page.keyboard.press('Enter')
  }
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
  await expect(page.getByTestId('lesson-progress')).toHaveText('all 10 steps done')
  expect(errors).toEqual([])
})

for (const [width, height] of [
  [800, 600],
  [1280, 720],
] as const) {
  test(`every screen fits at ${width}×${height}, in both languages and themes`, async ({ app }, info) => {
    test.skip(info.project.name === 'electron', 'the size of the window is the person’s')
    test.setTimeout(180_000)
    const { page, errors } = app
    await page.setViewportSize({ width, height })
    await openLesson(page, 'scaling')
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
      for (const language of ['zh', 'en'] as const) {
        await page.getByTestId(`language-${language}`).click()
        await expect(page.locator('html')).toHaveAttribute('lang', language === 'zh' ? 'zh-CN' : 'en')
        while (await page.getByTestId('lesson-back').isEnabled()) await page.getByTestId('lesson-back').click()
        for (;;) {
          await isSound(page, errors)
          if (!(await page.getByTestId('lesson-next').isVisible())) break
          await page.getByTestId('lesson-next').click()
        }
      }
    }
  })
}

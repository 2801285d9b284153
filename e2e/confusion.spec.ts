/** From a confused class to its samples, by mouse and keyboard, on a paused and on a reopened run; and the metrics of generated texts. */
import type { Page } from '@playwright/test'
import { expectAccessible } from './axe'
import { expect, openEmpty, openLab, test } from './fixtures'

async function train(page: Page, lab: string, steps: number): Promise<void> {
  await openLab(page, lab)
  await page.getByTestId('training-settings').click()
  await page.getByTestId('field-steps').fill(String(steps))
  await page.getByTestId('field-steps').press('Enter')
  await page.keyboard.press('Escape')
  await page.getByTestId('play').click()
  await expect(page.getByTestId('run-state')).toHaveText('Finished', { timeout: 120_000 })
}

test('a class and a cell lead to their samples; muting changes them; a reopened run has them too', async ({ app }) => {
  test.setTimeout(240_000)
  const { page } = app
  await train(page, 'pos-tagging', 30)
  const record = await page.getByTestId('metrics').innerText()
  await page.getByTestId('tab-confusion').click()
  await expect(page.getByTestId('confusion-measured')).toHaveText('Step 30 · 600 validation samples', { timeout: 30_000 })

  // A class leads to the samples in which it is missed; one of them becomes the input of all views.
  const classes = page.getByTestId('class-table').getByRole('button', { name: /^[A-Z]+$/ })
  await classes.first().click()
  await expect(classes.first()).toHaveAttribute('aria-pressed', 'true')
  const samples = page.getByTestId('confusion-samples')
  await expect(samples).toContainText('Missed:')
  const sample = samples.getByRole('button', { name: /^Show validation sample/ }).first()
  const number = Number(await sample.textContent())
  await sample.click()
  await expect(sample).toHaveAttribute('aria-pressed', 'true')
  await expect(page.getByTestId('confusion-sample')).toContainText(String(number))

  // By keyboard, a cell of the matrix.
  const matrix = page.getByRole('application', { name: 'Confusion matrix' })
  await matrix.focus()
  await page.keyboard.press('ArrowRight')
  await expect(samples).toContainText(/predicted correctly/)
  await page.keyboard.press('ArrowRight')
  await expect(samples).toContainText(/True class .+, predicted as/)
  await expect(async () => {
    await page.keyboard.press('ArrowRight')
    await expect(samples).toContainText(/\d+ predictions\./, { timeout: 200 })
  }).toPass()

  // Muting applies to it, and nothing of it enters the record.
  const table = () => page.getByTestId('class-table').innerText()
  const before = await table()
  await page.getByTestId('node-attention').click()
  await page.getByTestId('tab-live').click()
  await page.getByTestId('mute-0').click()
  await expect(page.getByTestId('confusion')).toContainText('with muted parts')
  await expect.poll(table, { timeout: 30_000 }).not.toBe(before)
  expect(await page.getByTestId('metrics').innerText()).toBe(record)

  await openEmpty(await app.restart())
  await app.page.getByTestId('runs').click()
  await app.page.getByTestId('run-open').click()
  await app.page.getByTestId('tab-confusion').click()
  await expect(app.page.getByTestId('confusion-measured')).toHaveText('Step 30 · 600 validation samples', { timeout: 30_000 })
  expect(await app.page.getByTestId('class-table').innerText()).toBe(before)
  expect(app.errors).toEqual([])
})

test('without a model it says so, while training it is evaluated on request, and axe finds no violations', async ({ app }) => {
  test.setTimeout(240_000)
  const { page } = app
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await openLab(page, 'sentiment')
  await page.getByTestId('tab-confusion').click()
  await expect(page.getByTestId('confusion')).toContainText('Train the model to see')
  await page.getByTestId('play').click()
  await expect(page.getByTestId('class-table')).toBeVisible({ timeout: 60_000 })
  const measured = page.getByTestId('confusion-measured')
  const first = await measured.textContent()
  await page.getByTestId('confusion-again').click({ timeout: 30_000 })
  await expect(measured).not.toHaveText(first!, { timeout: 30_000 })
  await page.getByTestId('pause').click()
  await page.getByTestId('class-0').click()
  await expectAccessible(page)
  expect(app.errors).toEqual([])
})

test('a task that generates has BLEU, chrF and perplexity, and no confusion; several labels have no matrix', async ({
  app,
}) => {
  test.setTimeout(240_000)
  const { page } = app
  await train(page, 'dates', 20)
  await expect(page.getByTestId('metric-bleu')).toBeVisible()
  await expect(page.getByTestId('metric-chrf')).toHaveAttribute('title', /sacreBLEU/)
  await expect(page.getByTestId('metric-perplexity')).toBeVisible()
  await expect(page.getByTestId('tab-confusion')).toHaveCount(0)

  const other = await app.restart()
  await train(other, 'topics', 20)
  await other.getByTestId('tab-confusion').click()
  await expect(other.getByTestId('class-table')).toBeVisible({ timeout: 30_000 })
  await expect(other.getByRole('application', { name: 'Confusion matrix' })).toHaveCount(0)
  await other.getByTestId('class-0').click()
  await expect(other.getByTestId('confusion-samples')).toContainText('Missed:')
})

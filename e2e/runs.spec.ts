/** Earlier runs: found, resumed and deleted, by mouse, by keyboard, and after a restart of the host. */
import type { Page } from '@playwright/test'
import { violationsIn } from './axe'
import { expect, openEmpty, openLab, reload, test } from './fixtures'

const step = async (page: Page): Promise<number> =>
  Number((await page.getByTestId('stat-step').textContent())?.replace(/\D/g, ''))

/** Trains a built-in lab for some steps and stops. */
async function trainFor(page: Page, lab: string, steps: number): Promise<void> {
  await openLab(page, lab)
  await page.getByTestId('play').click()
  await expect.poll(() => step(page), { timeout: 30_000 }).toBeGreaterThan(steps)
  await page.getByTestId('stop').click()
  await expect(page.getByTestId('run-state')).toContainText('Stopped')
}

test('an earlier run opens with its lab, resumes from its checkpoint, and is deleted unless that is undone', async ({
  app,
}) => {
  const { page } = app
  await trainFor(page, 'reverse', 20)
  await page.getByTestId('logo').click()
  await trainFor(page, 'pos-tagging', 5)

  await page.getByTestId('runs').click()
  const list = page.getByTestId('run-list')
  await expect(list.getByRole('listitem')).toHaveCount(2)
  const first = list.getByRole('listitem').filter({ hasText: 'Reverse a sequence' })
  await expect(first).toContainText(/Stopped.*step \d+ of 2,000 · loss \d/)
  expect(await violationsIn(page, '[data-testid="run-list"]')).toEqual([])
  await first.getByRole('button', { name: 'Open the run of “Reverse a sequence”' }).click()

  await expect(list).toBeHidden()
  await expect(page).toHaveTitle(/Reverse a sequence/)
  const stopped = await step(page)
  expect(stopped).toBeGreaterThan(20)
  await page.getByTestId('runs').click()
  await expect(first).toHaveAttribute('aria-current', 'true')
  await first.getByTestId('run-resume').click()
  await expect.poll(() => step(page), { timeout: 30_000 }).toBeGreaterThan(stopped)
  await page.getByTestId('stop').click()
  await expect(page.getByTestId('run-state')).toContainText('Stopped')

  await page.getByTestId('runs').click()
  await first.getByTestId('run-delete').click()
  await expect(list.getByRole('listitem')).toHaveCount(1)
  await expect(page.getByTestId('run-state')).toContainText('Stopped')
  await expect(page.getByTestId('run-state')).toContainText('Not trained yet', { timeout: 15_000 })
  expect(app.errors).toEqual([])
})

test('the list is opened and closed by keyboard alone, in both languages', async ({ app }) => {
  const { page } = app
  await openLab(page, 'reverse')
  await page.keyboard.press('Control+k')
  await page.keyboard.type('runs')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('run-list')).toContainText('No runs yet.')
  await page.keyboard.press('Escape')
  await expect(page.getByTestId('run-list')).toBeHidden()
  await page.getByTestId('language-zh').click()
  await page.getByTestId('runs').focus()
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('run-list')).toContainText('还没有训练记录')
})

test('a run survives a restart of the host, and resumes from its checkpoint', async ({ app }) => {
  await openLab(app.page, 'reverse')
  await app.page.getByTestId('play').click()
  await expect.poll(() => step(app.page), { timeout: 30_000 }).toBeGreaterThan(20)
  await app.restart()
  const { page } = app
  await openEmpty(page)
  await page.getByTestId('runs').click()
  const run = page.getByTestId('run-list').getByRole('listitem')
  await expect(run).toHaveCount(1)
  await page.getByTestId('run-resume').click()
  await expect(page).toHaveTitle(/Reverse a sequence/)
  await page.getByTestId('runs').click()
  await expect(run).toContainText('Training', { timeout: 30_000 })
  await run.getByTestId('run-stop').click()
  await expect(run).toContainText('Stopped', { timeout: 30_000 })
  await run.getByTestId('run-delete').click()
  await expect(page.getByTestId('run-list')).toContainText('No runs yet.')
})

test('a finished run is continued, and trained again as a new run; neither removes the results shown', async ({ app }) => {
  const { page } = app
  await openLab(page, 'reverse')
  await page.getByTestId('training-settings').click()
  await page.getByTestId('field-steps').fill('30')
  await page.getByTestId('field-steps').press('Enter')
  await page.keyboard.press('Escape')
  await page.getByTestId('play').click()
  await expect(page.getByTestId('run-state')).toHaveText('Finished', { timeout: 30_000 })
  await expect(page.getByTestId('sample-0')).toBeVisible()

  const more = page.getByRole('spinbutton', { name: 'Additional steps' })
  await expect(more).toHaveValue('30')
  await more.fill('20')
  await more.press('Enter')
  await page.getByTestId('extend').click()
  await expect.poll(() => step(page), { timeout: 30_000 }).toBe(50)
  await expect(page.getByTestId('run-state')).toHaveText('Finished')
  await page.getByTestId('step').click()
  await expect.poll(() => step(page), { timeout: 30_000 }).toBe(51)

  await page.getByTestId('again').click()
  await expect(page.getByTestId('sample-0')).toBeVisible()
  await expect(page.locator('.loss-chart')).toBeVisible()
  // The state of the earlier run is shown until the new one has its own.
  await expect.poll(() => step(page), { timeout: 30_000 }).toBe(30)
  await expect(page.getByTestId('run-state')).toHaveText('Finished', { timeout: 30_000 })
  await page.getByTestId('runs').click()
  await expect(page.getByTestId('run-list').getByRole('listitem')).toHaveCount(2)
  await expect(page.getByTestId('run-list').getByText('step 51 of 51')).toBeVisible()

  // Results are listed after a reload too.
  const figures = page.getByTestId('run-list').locator('.figures')
  for (const run of [0, 1]) await expect(figures.nth(run)).toHaveText(/loss \S+.*accuracy \S+/s) // updated a few times a second
  const before = await figures.allInnerTexts()
  await reload(page)
  await page.getByTestId('runs').click()
  await expect(figures).toHaveText(before, { useInnerText: true })
  expect(app.errors).toEqual([])
})

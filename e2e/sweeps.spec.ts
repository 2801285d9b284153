/** Sweeps in the window: composed, trained for real, killed on the way, looked at as table, lines, heat map and parallel coordinates. */
import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { violationsIn } from './axe'
import { expect, openLab, reload, test } from './fixtures'

async function openExperiments(page: Page): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.getByTestId('command-field').fill('Experiments')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('experiments')).toBeVisible()
}
async function choose(page: Page, field: ReturnType<Page['getByTestId']>, option: string): Promise<void> {
  await field.click()
  await page.getByRole('option', { name: option, exact: true }).click()
}

test('a grid of two settings is trained, shown in every form, resumed after a cancel, and found again after a reload', async ({
  app,
}, info) => {
  test.setTimeout(180_000)
  const { page } = app
  await openLab(page, 'single-head')
  await openExperiments(page)
  await page.getByTestId('experiments-sweep').click()
  await page.getByTestId('sweep-values').fill('0.001, 0.01')
  await page.getByTestId('sweep-add').click()
  const second = page.getByTestId('sweep-setting').nth(1)
  await choose(page, second.getByTestId('sweep-place'), 'Self-attention')
  await choose(page, second.getByTestId('sweep-name'), 'Scale')
  for (const choice of ['number', 'width']) await second.getByTestId(`sweep-choice-${choice}`).uncheck()
  await page.getByTestId('sweep-seeds').fill('1, 2')
  await page.getByTestId('sweep-steps').fill('40')
  await expect(page.getByTestId('sweep-size')).toHaveText(/^4 points, 8 runs of 40 steps\.$/)
  expect(await violationsIn(page, '[data-testid="experiments"]')).toEqual([])
  await page.getByTestId('sweep-create').click()

  const view = page.getByTestId('sweep')
  await expect(view.getByTestId('sweep-cost')).toContainText(/4 points, 8 runs of 40 steps\. About \d+ s/, { timeout: 20_000 })
  await view.getByTestId('sweep-start').click()
  await view.getByTestId('experiment-cancel').click()
  await expect(view.getByTestId('experiment-cancelled')).toBeVisible()
  await view.getByTestId('experiment-resume').click()
  await expect(view.getByTestId('sweep-again').or(view.getByTestId('sweep-start'))).toBeVisible({ timeout: 90_000 })

  const rows = view.getByTestId('sweep-table').locator('tbody tr')
  await expect(rows).toHaveCount(4)
  await expect(view.getByTestId('sweep-plot-heat').locator('canvas').first()).toBeVisible()
  await choose(page, view.getByTestId('sweep-kind'), 'Lines')
  await expect(view.getByTestId('sweep-plot-lines').locator('canvas').first()).toBeVisible()
  await choose(page, view.getByTestId('sweep-kind'), 'Parallel coordinates')
  await expect(view.getByTestId('sweep-plot-parallel').locator('canvas').first()).toBeVisible()
  expect(await violationsIn(page, '[data-testid="experiments"]')).toEqual([])

  // Sorted by accuracy, the best first.
  await view.getByTestId('sweep-sort-2').click()
  const cells = await rows.locator('td:nth-of-type(2)').allTextContents()
  const accuracies = cells.map((text) => parseFloat(text))
  expect(accuracies).toEqual(accuracies.toSorted((a, b) => b - a))
  expect(accuracies.every((accuracy) => accuracy > 0 && accuracy <= 100)).toBe(true)

  if (info.project.name !== 'electron') {
    const [download] = await Promise.all([page.waitForEvent('download'), view.getByTestId('sweep-csv').click()])
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\r\n')
    expect(lines[0]).toBe('learningRate,attention.scale,seed,measure,index,value')
    expect(lines).toHaveLength(1 + 4 * 2 * 2)
  }

  await reload(page)
  await openExperiments(page)
  await page.getByTestId('experiments-sweep').last().click()
  await expect(rows).toHaveCount(4)
  await view.getByTestId('sweep-row-point-4').click()
  await view.getByTestId('sweep-open').click()
  await expect(page).toHaveTitle(/learningRate = 0.01, attention.scale = none/)
  expect(app.errors).toEqual([])
})

test('what is wrong with a new sweep is said before it is made', async ({ app }) => {
  const { page } = app
  await openLab(page, 'single-head')
  await openExperiments(page)
  await page.getByTestId('experiments-sweep').click()
  const form = page.getByTestId('new-sweep')
  const create = page.getByTestId('sweep-create')
  await page.getByTestId('sweep-values').fill('0.001, -1')
  await expect(form).toContainText('One of the values is not allowed for this setting.')
  await expect(create).toBeDisabled()
  await page.getByTestId('sweep-values').fill('0.001')
  await expect(create).toBeEnabled()
  await page.getByTestId('sweep-seeds').fill('x')
  await expect(create).toBeDisabled()
  await page.getByTestId('sweep-seeds').fill('1')
  await page.getByTestId('sweep-list').check()
  await page.getByTestId('sweep-points').fill('0.001\n0.01, 4')
  await expect(form).toContainText('Each line needs one value for each setting')
  await page.getByTestId('sweep-points').fill('0.001\n0.01')
  await expect(page.getByTestId('sweep-size')).toContainText('2 points, 2 runs')
  await page.getByTestId('sweep-random').check()
  await page.getByTestId('sweep-count').fill('500')
  await expect(form).toContainText('from 1 to 200')
  await page.getByTestId('sweep-count').fill('5')
  await page.getByTestId('sweep-range').check()
  await expect(page.getByTestId('sweep-size')).toContainText('5 points, 5 runs')
  await page.getByTestId('sweep-remove').click()
  await expect(form).toContainText('Add at least one setting.')
  expect(app.errors).toEqual([])
})

/** Experiments in the window: run for real, followed, cancelled, found again after a reload. */
import AxeBuilder from '@axe-core/playwright'
import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { expect, openEmpty, reload, test } from './fixtures'

async function openExperiments(page: Page): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.getByTestId('command-field').fill('Experiments')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('experiments')).toBeVisible()
}

test('an experiment is measured here, with plot, verdicts and rules, is there after a reload, and can be taken along', async ({
  app,
}, info) => {
  const { page } = app
  await openEmpty(page)
  await openExperiments(page)
  await page.getByTestId('experiments-parameters').click()
  await page.getByTestId('measure-seeds').fill('4, 5')
  await page.getByTestId('measure-quick').click()
  const result = page.getByTestId('experiment-result')
  await expect(result).toBeVisible({ timeout: 60_000 })
  await expect(page.getByTestId('plot-attentionParameters').locator('canvas')).toBeVisible()
  await expect(result.getByTestId('claim-split')).toContainText('✓ 2 of 2')
  await expect(result.getByTestId('claim-full')).toContainText('attention parameters, 8 heads, full width: 32768')
  await expect(result).toContainText(/Quick run on this computer \(.* × \d+\), (onnxruntime|tfjs), version \d.*; seeds 4, 5\./)
  const { violations } = await new AxeBuilder({ page }).include('[data-testid="experiments"]').analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)).toEqual([])

  await reload(page)
  await openExperiments(page)
  await page.getByTestId('experiments-parameters').click()
  await expect(result.getByTestId('claim-split')).toContainText('✓ 2 of 2')
  await page.getByTestId('experiment-table').click()
  await expect(result.getByRole('row').filter({ hasText: '8 heads, full width' })).toContainText('32768')
  if (info.project.name !== 'electron') {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('experiment-csv').click()])
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\r\n')
    expect(lines[0]).toBe('variation,seed,measure,index,value')
    expect(lines).toContain('full-8,4,attentionParameters,,32768')
    expect(lines).toHaveLength(1 + 8 * 2)
  }

  await page.getByTestId('experiment-variation').selectOption('split-2')
  await page.getByTestId('experiment-open').click()
  await expect(page).toHaveTitle(/2 heads, split/)
  expect(app.errors).toEqual([])
})

test('a long experiment shows how far it is, is cancelled within a second, and is resumed where it was', async ({ app }) => {
  test.setTimeout(120_000)
  const { page } = app
  await openEmpty(page)
  await openExperiments(page)
  await page.getByTestId('experiments-concatenation').click()
  await page.getByTestId('measure-quick').click()
  await expect(page.getByTestId('experiment-running').getByRole('progressbar')).toBeVisible()
  await expect(page.getByTestId('experiment-running')).toContainText(/(3[4-9]|[4-9]\d) % of 6 runs/, { timeout: 60_000 })
  const before = Date.now()
  await page.getByTestId('experiment-cancel').click()
  await expect(page.getByTestId('experiment-cancelled')).toContainText(/Cancelled after [1-6] of 6 runs/)
  expect(Date.now() - before).toBeLessThan(1000)
  await reload(page)
  await openExperiments(page)
  await page.getByTestId('experiments-concatenation').click()
  await page.getByTestId('experiment-resume').click()
  await expect(page.getByTestId('experiment-result')).toBeVisible({ timeout: 60_000 })
  await expect(page.getByTestId('claim-token')).toContainText('✓ 3 of 3')
  expect(app.errors).toEqual([])
})

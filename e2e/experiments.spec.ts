/** Experiments in the window: run for real, followed, cancelled, found again after a reload. */
import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { violationsIn } from './axe'
import { expect, openEmpty, openLab, reload, test } from './fixtures'

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
  expect(await violationsIn(page, '[data-testid="experiments"]')).toEqual([])

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
  await page.goto('about:blank') // the window is closed, and the experiment goes on
  await page.goBack()
  await reload(page)
  await openExperiments(page)
  await page.getByTestId('experiments-concatenation').click()
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

test('an experiment of one’s own is composed on the canvas, measured, saved to a file, and opened from it', async ({
  app,
}, info) => {
  const { page } = app
  await openLab(page, 'single-head')
  await openExperiments(page)
  await page.getByTestId('experiments-new').click()
  await choose(page, 'varies-place', 'Self-attention')
  await choose(page, 'varies-setting', 'Scale')
  for (const value of ['width', 'number']) await page.getByTestId(`varies-${value}`).click()
  await page.getByTestId('measure-parameters').click()
  await page.getByTestId('new-quick-steps').fill('20')
  await choose(page, 'claim-is', 'is close to')
  await choose(page, 'claim-measure', 'parameters')
  await expect(page.getByTestId('claim-text')).toHaveText('parameters: close with Scale = 1/√dₖ and with Scale = 1')
  await page.getByTestId('claim-by').fill('-1')
  await expect(page.getByTestId('new-create')).toBeDisabled()
  await expect(page.getByTestId('new-experiment')).toContainText('not negative')
  await page.getByTestId('claim-by').fill('0')
  await page.getByTestId('new-title').fill('Does scaling cost parameters?')
  expect(await violationsIn(page, '[data-testid="experiments"]')).toEqual([])
  await page.getByTestId('new-create').click()

  await page.getByTestId('measure-seeds').fill('4, 5')
  await page.getByTestId('measure-quick').click()
  const result = page.getByTestId('experiment-result')
  await expect(result).toBeVisible({ timeout: 60_000 })
  await expect(result.getByTestId('claim-claim')).toContainText('✓ 2 of 2')
  const own = page.getByTestId('experiments-own')
  await expect(own).toContainText('Does scaling cost parameters?')
  await page.getByTestId('experiment-variation').selectOption({ label: 'Scale = 1' })

  if (info.project.name !== 'electron') {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('experiment-save').click()])
    expect(download.suggestedFilename()).toBe('Does-scaling-cost-parameters.experiment.json')
    const file = info.outputPath('own.experiment.json')
    await download.saveAs(file)
    await page.getByTestId('experiment-delete').click()
    await reload(page)
    await openExperiments(page)
    await expect(own).toHaveCount(0)
    const choosing = page.waitForEvent('filechooser')
    await page.getByTestId('experiments-open-file').click()
    await (await choosing).setFiles(file)
    await expect(own).toContainText('Does scaling cost parameters?')
    await expect(page.getByTestId('measure-quick')).toBeEnabled()
  }
  expect(app.errors).toEqual([])
})

async function choose(page: Page, select: string, option: string): Promise<void> {
  await page.getByTestId(select).click()
  await page.getByRole('option', { name: option, exact: true }).click()
}

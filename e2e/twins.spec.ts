/** Two runs side by side: stepped, played and paused together, with the difference of their maps. */
import type { Page } from '@playwright/test'
import { violationsIn } from './axe'
import { expect, openLab, reload, test } from './fixtures'

const stepsOf = (page: Page): Promise<string[]> => page.getByTestId('twin-step').allTextContents()
async function openTwins(page: Page): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.keyboard.type('side by side')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('twins-form')).toBeVisible()
}

test('twins of one lab are the same at every step, by step and after a pause; a reload keeps them together', async ({
  app,
}) => {
  test.setTimeout(180_000)
  const { page } = app
  await openLab(page, 'reverse')
  // Long enough not to finish while it is played.
  await page.getByTestId('training-settings').click()
  await page.getByTestId('field-steps').fill('1000000')
  await page.getByTestId('field-steps').press('Enter')
  await page.keyboard.press('Escape')
  await openTwins(page)
  // Without runs, both are the open lab.
  await expect(page.getByTestId('twins-lab-a')).toHaveValue('open')
  await expect(page.getByTestId('twins-other-batches')).toBeHidden()
  await page.getByTestId('twins-start').click()
  const twins = page.getByTestId('twins')
  await expect(twins.getByTestId('twins-where')).toHaveText('Both at step 0', { timeout: 30_000 })

  for (const step of [1, 2]) {
    await twins.getByTestId('twins-step').click()
    await expect(twins.getByTestId('twins-where')).toHaveText(`Both at step ${step}`)
  }
  await twins.getByTestId('twins-play').click()
  await expect.poll(async () => Number((await stepsOf(page))[0]?.replace(/\D/g, ''))).toBeGreaterThan(20)
  await twins.getByTestId('twins-pause').click()
  await expect(twins.getByTestId('twins-where')).toHaveText(/^Both at step [\d,]+$/, { timeout: 20_000 })
  const [a, b] = await stepsOf(page)
  expect(a).toBe(b)
  const losses = () => twins.getByTestId('twin-loss').allTextContents()
  await expect.poll(async () => new Set(await losses()).size).toBe(1)

  const maps = page.getByTestId('compare-maps')
  await maps.scrollIntoViewIfNeeded()
  await expect(maps.getByTestId('map-mean')).toHaveText('0', { timeout: 30_000 })
  await expect(maps.getByTestId('map-steps')).toHaveText(a!)
  // Their live graphs are those of this step.
  await expect(page.getByTestId('twin-sketch').first()).toHaveAttribute('data-step', a!.replace(/\D/g, ''))
  expect(await violationsIn(page, '[role="dialog"]')).toEqual([])

  await reload(page)
  await page.getByTestId('runs').click()
  for (const row of [0, 1]) await page.getByTestId('run-tick').nth(row).check()
  await page.getByTestId('runs-compare').click()
  await page.getByTestId('twins-resume').click()
  await page.getByTestId('twins-step').click()
  const next = (Number(a!.replace(/\D/g, '')) + 1).toLocaleString('en-GB')
  await expect(page.getByTestId('twins-where')).toHaveText(`Both at step ${next}`)
  await page.getByTestId('twins-stop').click()
  await expect(page.getByTestId('twin-a')).toContainText('Stopped')
  await expect(page.getByTestId('twins-play')).toBeDisabled()
  await page.getByTestId('twins-close').click()
  await expect(page.getByTestId('twins')).toBeHidden()
  expect(app.errors).toEqual([])
})

test('twins of two labs differ, and what the labs do not share is said', async ({ app }) => {
  test.setTimeout(180_000)
  const { page } = app
  await openLab(page, 'reverse')
  await openTwins(page)
  await page.getByTestId('twins-lab-b').selectOption('lab/sort')
  await expect(page.getByTestId('twins-other-batches')).toBeVisible()
  await page.getByTestId('twins-seed').fill('7')
  await page.getByTestId('twins-seed').press('Enter')
  await page.getByTestId('twins-start').click()
  await expect(page.getByTestId('twins-where')).toHaveText('Both at step 0', { timeout: 30_000 })
  await expect(page.getByTestId('compare-A')).toContainText('7')
  for (const step of [1, 2, 3]) {
    await page.getByTestId('twins-step').click()
    await expect(page.getByTestId('twins-where')).toHaveText(`Both at step ${step}`)
  }
  const maps = page.getByTestId('compare-maps')
  await maps.scrollIntoViewIfNeeded()
  // Sample 1 of one task is not sample 1 of another.
  await expect(maps.getByTestId('map-reason')).toContainText('read different tokens', { timeout: 30_000 })
  expect(app.errors).toEqual([])
})

/** Predictions and gradients of a model: distributions, a text by log-probability, layer by layer, and the flow of gradients on the canvas. */
import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { expectAccessible, violationsIn } from './axe'
import { expect, openLab, test, train } from './fixtures'

async function choose(page: Page, block: string): Promise<void> {
  await page.getByTestId('zoom-fit').click()
  await page.locator(`.vue-flow__node[data-id="${block}"]`).click()
}
/** Probability and log-probability of each row of the distribution that is shown. */
async function numbersOf(page: Page): Promise<number[][]> {
  const rows = await page.getByTestId('probabilities').getByTestId('distribution').locator('tbody tr').all()
  const number = (text: string): number => Number(text.replace('−', '-'))
  return Promise.all(rows.map(async (row) => (await row.locator('td.mono').allInnerTexts()).map(number)))
}

test('the distribution at a position, its layers, and the text by log-probability, of samples and custom input', async ({
  app,
}) => {
  test.setTimeout(300_000)
  const { page } = app
  await openLab(page, 'induction')
  await page.getByTestId('tab-probabilities').click()
  const panel = page.getByTestId('probabilities')
  await expect(panel).toContainText('Click Train')
  await train(page, 400)
  await expect(panel).toHaveAttribute('data-step', '400') // the last look of a training arrives after its end

  // The number that the text shows of a token is the one in the distribution that predicts it.
  await panel.getByTestId('token-20').click()
  await expect(panel.getByTestId('token-20')).toHaveAttribute('aria-pressed', 'true')
  const said = (await panel.getByTestId('token-20').getAttribute('aria-label'))!
  const [, p] = /p = (0\.\d+)/.exec(said)!
  const numbers = await numbersOf(page)
  expect(numbers.length).toBeGreaterThanOrEqual(10)
  for (const [probability, log] of numbers) expect(Math.exp(log!)).toBeCloseTo(probability!, 2)
  await expect(panel.locator('[data-testid="distribution"] tr.truth')).toContainText(p!)
  await expect(panel.getByTestId('text-score')).toContainText('perplexity')

  // The last layer is the prediction of the model, which the first layer cannot know.
  const layers = panel.getByTestId('layer-table').locator('tbody tr')
  await expect(layers).toHaveCount(6)
  await expect(layers.last().locator('td').first()).toContainText(numbers[0]![0]!.toFixed(2))
  await panel.getByTestId('lens-5-3').click()
  await expect(panel.getByTestId('token-4')).toHaveAttribute('aria-pressed', 'true')

  // By keyboard: along the text, and through the map.
  await panel.getByTestId('token-4').focus()
  await page.keyboard.press('ArrowRight')
  await expect(panel.getByTestId('token-5')).toBeFocused()
  await expect(panel.getByTestId('token-readout')).toHaveText((await panel.getByTestId('token-5').getAttribute('aria-label'))!)
  await panel.getByTestId('lens-5-3').focus()
  await page.keyboard.press('ArrowUp')
  await expect(panel.getByTestId('lens-4-3')).toBeFocused()
  await page.keyboard.press('ArrowRight')
  await expect(panel.getByTestId('lens-4-4')).toBeFocused()

  // Custom input; what has no token is marked.
  await panel.getByTestId('own-text').fill('hatnfhat!n')
  await expect(panel.getByTestId('own-left-out')).toContainText('!')
  await expect(panel.getByTestId('token-9')).toBeVisible()
  await expect(panel.getByTestId('token-10')).toHaveCount(0)
  await expect(panel.getByTestId('layer-map').locator('thead th')).toHaveCount(9)
  await expect(panel.getByTestId('layer-map').locator('thead')).toContainText('h')

  // With the second layer of attention muted, the answer changes; the entropy of the first layer does not.
  const before = await layers.allTextContents()
  await choose(page, 'attention-2')
  await page.getByTestId('tab-live').click()
  await page.getByTestId('inspector').getByTestId('mute-0').click()
  await expect(layers.last()).not.toHaveText(before.at(-1)!)
  expect((await layers.allTextContents())[0]).toBe(before[0])
  await page.getByTestId('unmute-all').click()
  await expect(layers.last()).toHaveText(before.at(-1)!, { timeout: 20_000 })

  // At another step of the rail.
  await page.getByTestId('rail').fill('5')
  await expect(page.getByTestId('past-state')).toHaveText('All views show this step.', { timeout: 20_000 })
  await expect(layers.last()).not.toHaveText(before.at(-1)!, { timeout: 20_000 })
  await page.getByTestId('back-to-now').click()

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    (async () => {
      await panel.getByRole('button', { name: 'Copy or save: Log-probability of each token' }).click()
      await page.getByRole('menuitem', { name: 'Save CSV' }).click()
    })(),
  ])
  const lines = (await readFile(await download.path(), 'utf8')).trim().split('\r\n')
  expect(lines[0]).toBe('position,token,truth,log-probability,probability,predicted')
  expect(lines).toHaveLength(11) // nine tokens and what follows them
  await expectAccessible(page)
  expect(app.errors).toEqual([])
})

test('of a task without classes, the reason is given', async ({ app }) => {
  const { page } = app
  await openLab(page, 'adding')
  await page.getByTestId('tab-probabilities').click()
  await expect(page.getByTestId('no-distribution')).toContainText('predicts one number')
  expect(app.errors).toEqual([])
})

test('in the inspector of the output block; custom input beside the canvas too', async ({ app }) => {
  test.setTimeout(180_000)
  const { page } = app
  await openLab(page, 'sentiment')
  await train(page, 20)
  await choose(page, 'output')
  await page.getByTestId('tab-live').click()
  const inspector = page.getByTestId('inspector')
  await expect(inspector.getByTestId('distribution').locator('tbody tr')).toHaveCount(5)
  await inspector.getByTestId('show-layers').click()
  await expect(inspector.getByTestId('layer-table').locator('tbody tr').first()).toBeVisible({ timeout: 20_000 })
  expect(await violationsIn(page, '[data-testid="inspector"]')).toEqual([])

  await page.getByTestId('canvas-own').click()
  await page.locator('.ui-popover').getByTestId('own-text').fill('a wonderful film')
  await expect(page.getByTestId('canvas-own')).toHaveAttribute('aria-pressed', 'true')
  await expect(inspector.locator('output').first()).toHaveText('custom')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  expect(app.errors).toEqual([])
})

test('the flow of gradients on the canvas, now and in the past; a column beside each weight', async ({ app }) => {
  test.setTimeout(180_000)
  const { page } = app
  await openLab(page, 'initialisers')
  await page.getByTestId('gradients').click()
  await expect(page.getByTestId('gradient-bar')).toContainText('Click Train')
  await train(page, 60)
  await expect(page.getByTestId('gradient-legend')).toBeVisible({ timeout: 20_000 })
  await expect(page.getByTestId('gradient-bar')).toContainText('Training step 61')
  const badge = page.getByTestId('gradient-embedding')
  await expect(badge).toHaveText(/^\d\.\de−?\d+$/)
  const atEnd = await badge.innerText()
  await page.getByTestId('rail').fill('10')
  await expect(page.getByTestId('gradient-bar')).toContainText('Training step 11', { timeout: 20_000 })
  await expect(badge).not.toHaveText(atEnd)
  await page.getByTestId('back-to-now').click()
  await expect(badge).toHaveText(atEnd, { timeout: 20_000 })
  await expectAccessible(page)

  await choose(page, 'classifier')
  await page.getByTestId('tab-weights').click()
  const column = page.getByTestId('gradient-of-weight')
  await expect(column).toContainText('norm', { timeout: 20_000 })
  await expect(page.getByTestId('ratio-weight')).toHaveText(/\d/)
  expect(await violationsIn(page, '[data-testid="inspector"]')).toEqual([])

  // By keyboard, off again.
  await page.getByTestId('canvas').focus()
  await page.keyboard.press('g')
  await expect(page.getByTestId('gradient-bar')).toBeHidden()
  await expect(badge).toHaveCount(0)
  expect(app.errors).toEqual([])
})

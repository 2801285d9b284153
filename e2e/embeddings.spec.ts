/** The map of an embedding: coloured by class, searched, moving with time on fixed axes, and saved. */
import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { violationsIn } from './axe'
import { expect, openLab, test } from './fixtures'

async function openMap(page: Page, node: string): Promise<void> {
  await page.getByTestId(`node-${node}`).click()
  await page.getByTestId('tab-live').click()
  await expect(page.getByTestId('map-axes')).toBeVisible({ timeout: 30_000 })
  await page.getByTestId('map-axes').scrollIntoViewIfNeeded()
}
async function csvOf(page: Page, name: string): Promise<string[][]> {
  const saving = page.waitForEvent('download')
  await page.getByRole('button', { name: `Copy or save: ${name}` }).click()
  await page.getByRole('menuitem', { name: 'Save CSV' }).click()
  const text = await readFile(await (await saving).path(), 'utf8')
  return text
    .trim()
    .split('\r\n')
    .map((line) => line.split(','))
}

test('tokens are a map with classes and neighbours, and move with time while the axes stay', async ({ app }) => {
  test.setTimeout(180_000)
  const { page } = app
  await openLab(page, 'pos-tagging')
  await page.getByTestId('training-settings').click()
  await page.getByTestId('field-steps').fill('300')
  await page.getByTestId('field-steps').press('Enter')
  await page.keyboard.press('Escape')
  await page.getByTestId('play').click()
  await expect(page.getByTestId('run-state')).toHaveText('Finished', { timeout: 120_000 })
  await openMap(page, 'embedding')
  await expect(page.getByTestId('map-axes')).toContainText('principal components of step 300')
  await expect(page.getByTestId('map-colouring')).toContainText('class')
  const inspector = page.getByTestId('inspector')
  await expect(inspector.getByText('NOUN', { exact: true })).toBeVisible()

  // With the mouse: a point under the pointer is read, a click shows its neighbours.
  const now = await csvOf(page, 'Map of the embeddings')
  expect(now[0]).toEqual(['step', 'id', 'text', 'x', 'y', 'class', 'frequency', 'kind'])
  const map = page.getByTestId('point-map')
  const box = (await map.boundingBox())!
  await expect(async () => {
    const [x, y] = [Math.random() * box.width, Math.random() * box.height]
    await map.click({ position: { x, y } })
    await expect(page.getByTestId('neighbours')).toBeVisible({ timeout: 200 })
  }).toPass()
  await expect(page.getByTestId('neighbours').locator('tbody tr')).toHaveCount(10)

  // By name and by keyboard; the pointer is elsewhere.
  await page.mouse.move(5, 5)
  await page.getByTestId('map-find').fill('the')
  await page.getByTestId('map-find').press('Enter')
  await expect(page.getByTestId('point-readout')).toContainText(/^the \(.+\) · DET/)
  await expect(page.getByTestId('neighbours')).toContainText('Neighbours of “the”')
  await page.getByTestId('neighbours').getByRole('button').first().click()
  await expect(page.getByTestId('neighbours')).not.toContainText('Neighbours of “the”')
  await map.focus()
  const read = new Set<string>()
  for (const arrow of ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight']) {
    await page.keyboard.press(arrow)
    read.add(await page.getByTestId('point-readout').innerText())
  }
  expect(read.size).toBeGreaterThan(1)

  // In the past the points are elsewhere, on the same axes.
  await page.getByTestId('rail').fill('0')
  await expect(page.getByTestId('past-state')).toHaveText('All views show this step.', { timeout: 20_000 })
  await expect(page.getByTestId('map-axes')).toContainText('principal components of step 300')
  const then = await csvOf(page, 'Map of the embeddings')
  expect(then[1]![0]).toBe('0')
  expect(then.map((row) => row[2])).toEqual(now.map((row) => row[2]))
  expect(then.map((row) => row[3])).not.toEqual(now.map((row) => row[3]))
  await page.getByTestId('back-to-now').click()
  await expect(async () => {
    const again = await csvOf(page, 'Map of the embeddings')
    expect(again.map((row) => row.slice(0, 5))).toEqual(now.map((row) => row.slice(0, 5)))
  }).toPass()

  // Other colours, a larger map, and a picture.
  await page.getByTestId('map-colouring').click()
  await page.getByRole('option', { name: 'Colour: frequency' }).click()
  await expect(inspector.getByText(/^≥ \d/).first()).toBeVisible()
  expect(await violationsIn(page, '[data-testid="inspector"]')).toEqual([])
  const saving = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Copy or save: Map of the embeddings' }).click()
  await page.getByRole('menuitem', { name: 'Save SVG' }).click()
  expect(await readFile(await (await saving).path(), 'utf8')).toMatch(/^<svg [\s\S]*<circle /)
  await page.getByTestId('enlarge-map').click()
  await expect(page.getByRole('dialog').getByTestId('point-map')).toBeVisible()
  expect(app.errors).toEqual([])
})

test('learned positions are a map too, also one that is opened in the past: the axes are those of the newest step', async ({
  app,
}) => {
  test.setTimeout(120_000)
  const { page } = app
  await openLab(page, 'pos-tagging')
  await page.getByTestId('training-settings').click()
  await page.getByTestId('field-steps').fill('60')
  await page.getByTestId('field-steps').press('Enter')
  await page.keyboard.press('Escape')
  await page.getByTestId('play').click()
  await expect(page.getByTestId('run-state')).toHaveText('Finished', { timeout: 120_000 })
  await page.getByTestId('rail').fill('5')
  await expect(page.getByTestId('past-state')).toHaveText('All views show this step.', { timeout: 20_000 })
  await openMap(page, 'position')
  await expect(page.getByTestId('map-axes')).toContainText('principal components of step 60', { timeout: 20_000 })
  await expect(page.getByTestId('map-colouring')).toHaveCount(0)
  await page.getByTestId('map-find').fill('12')
  await page.getByTestId('map-find').press('Enter')
  await expect(page.getByTestId('neighbours').locator('tbody tr')).toHaveCount(10)
  expect(app.errors).toEqual([])
})

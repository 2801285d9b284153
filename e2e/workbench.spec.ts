/** A learner's first hour: build a model from nothing, train it, watch it, break it, mend it, keep it. */
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'

/** Drags a block from the palette onto the canvas, at a place given as shares of the canvas. */
async function drop(page: Page, kind: string, x: number, y: number): Promise<void> {
  const canvas = page.getByTestId('canvas')
  const box = await canvas.boundingBox()
  if (!box) throw new Error('the canvas is not visible')
  await page.getByTestId(`palette-item-${kind}`).dragTo(canvas, { targetPosition: { x: box.width * x, y: box.height * y } })
}

/** Draws a wire with the mouse, from an output to an input. */
async function wire(page: Page, from: string, to: string): Promise<void> {
  const [fromNode, fromPort] = from.split('.')
  const [toNode, toPort] = to.split('.')
  const start = await page.getByTestId(`handle-out-${fromNode}-${fromPort}`).boundingBox()
  const end = await page.getByTestId(`handle-in-${toNode}-${toPort}`).boundingBox()
  if (!start || !end) throw new Error(`no wire from ${from} to ${to}: a port is not visible`)
  await page.mouse.move(start.x + start.width / 2, start.y + start.height / 2)
  await page.mouse.down()
  await page.mouse.move((start.x + end.x) / 2, (start.y + end.y) / 2, { steps: 8 })
  await page.mouse.move(end.x + end.width / 2, end.y + end.height / 2, { steps: 8 })
  await page.mouse.up()
}

const number = (text: string | null): number => Number((text ?? '').replace(/[^\d.eE+-]/g, ''))
const stat = async (page: Page, name: string): Promise<number> => number(await page.getByTestId(`stat-${name}`).textContent())

async function buildFirstModel(page: Page): Promise<void> {
  await page.getByTestId('gallery-empty').click()
  await drop(page, 'tokens', 0.1, 0.2)
  await drop(page, 'embedding', 0.38, 0.2)
  await drop(page, 'position', 0.66, 0.2)
  await drop(page, 'multi-head', 0.1, 0.5)
  await drop(page, 'add', 0.38, 0.5)
  await drop(page, 'norm', 0.66, 0.5)
  await drop(page, 'classifier', 0.1, 0.75)
  await wire(page, 'tokens.ids', 'embedding.ids')
  await wire(page, 'embedding.y', 'position.x')
  await wire(page, 'position.y', 'multi-head.x')
  await wire(page, 'position.y', 'add.a')
  await wire(page, 'multi-head.y', 'add.b')
  await wire(page, 'add.y', 'norm.x')
  await wire(page, 'norm.y', 'classifier.x')
}

test('a model built by hand from an empty canvas trains, and its attention changes', async ({ app }) => {
  const { page } = app
  await buildFirstModel(page)
  await expect(page.getByTestId('diagnostic')).toHaveCount(0)

  await page.getByTestId('play').click()
  await expect.poll(() => stat(page, 'step'), { timeout: 30_000 }).toBeGreaterThan(20)
  const early = await stat(page, 'loss')
  await page.getByTestId('node-multi-head').click()
  await page.getByTestId('tab-live').click()
  const map = page.getByTestId('attention-map')
  await expect(map).toBeVisible()
  const picture = await map.screenshot()

  await expect.poll(() => stat(page, 'loss'), { timeout: 60_000 }).toBeLessThan(early * 0.8)
  expect((await map.screenshot()).equals(picture)).toBe(false)
  await page.getByTestId('pause').click()
  const step = await stat(page, 'step')
  await page.getByTestId('step').click()
  await expect.poll(() => stat(page, 'step')).toBe(step + 1)
  expect(app.errors).toEqual([])
})

test('everything can be undone back to the empty canvas, and redone', async ({ app }) => {
  const { page } = app
  await buildFirstModel(page)
  const nodes = page.locator('[data-testid^="node-"]')
  await expect(nodes).toHaveCount(7)
  const undo = page.getByTestId('undo')
  while (await undo.isEnabled()) await undo.click()
  await expect(nodes).toHaveCount(0)
  const redo = page.getByTestId('redo')
  while (await redo.isEnabled()) await redo.click()
  await expect(nodes).toHaveCount(7)
  await expect(page.getByTestId('diagnostic')).toHaveCount(0)
})

/** Layout from 800×600 to a projector, in both languages: nothing is clipped or overlaps; and everything works by keyboard. */
import type { Locator, Page } from '@playwright/test'
import { expect, openEmpty, openLab, test } from './fixtures'
import { chooseProjector, sizes } from './sizes'

/** Names of toolbar buttons that are out of view, covered, or whose text does not fit. */
const covered = (bars: Locator): Promise<string[]> =>
  bars.evaluateAll((all) =>
    all.flatMap((bar) =>
      [...bar.querySelectorAll<HTMLElement>('button')].flatMap((button) => {
        const { left, top, width, height, right, bottom } = button.getBoundingClientRect()
        if (width === 0) return [] // hidden to make space for others
        const name = button.getAttribute('aria-label') ?? button.innerText
        if (left < 0 || top < 0 || right > innerWidth || bottom > innerHeight) return [`${name}: out of view`]
        const seen = document.elementFromPoint(left + width / 2, top + height / 2)
        return seen && (button.contains(seen) || seen.contains(button)) ? [] : [`${name}: covered`]
      }),
    ),
  )
const bars = (page: Page): Locator => page.locator('header.top, aside.rail, [role="toolbar"]')

for (const { name, width, height, projector } of sizes) {
  test(`all controls are in view at ${name}`, async ({ app }, info) => {
    test.skip(info.project.name === 'electron', 'the size of the window is the person’s')
    const { page } = app
    await page.setViewportSize({ width, height })
    await openLab(page, 'reverse')
    await expect(page.getByTestId('node-embedding')).toBeVisible()
    if (projector) await chooseProjector(page)
    for (const language of ['zh', 'en'] as const) {
      await page.getByTestId(`language-${language}`).click()
      expect(await covered(bars(page)), language).toEqual([])
      expect(
        await page.evaluate(() => [document.body.scrollWidth <= innerWidth, document.body.scrollHeight <= innerHeight]),
      ).toEqual([true, true])
      const canvas = (await page.getByTestId('canvas').boundingBox())!
      expect(canvas.height).toBeGreaterThan(160)
      expect(canvas.width).toBeGreaterThan(480)
    }
    expect(app.errors).toEqual([])
  })
}

test('in a narrow window the panels cover the canvas, one at a time, and Escape closes them', async ({ app }, info) => {
  test.skip(info.project.name === 'electron', 'the size of the window is the person’s')
  const { page } = app
  await page.setViewportSize({ width: 800, height: 600 })
  await openLab(page, 'reverse')
  const before = await page.getByTestId('canvas').boundingBox()
  await page.getByTestId('rail-left').click()
  await expect(page.getByTestId('palette-find')).toBeVisible()
  await page.getByTestId('rail-right').click()
  await expect(page.getByTestId('palette-find')).toHaveCount(0)
  await expect(page.getByTestId('inspector')).toBeVisible()
  expect(await page.getByTestId('canvas').boundingBox()).toEqual(before)
  await page.getByTestId('inspector').press('Escape')
  await expect(page.getByTestId('inspector')).toHaveCount(0)
  await expect(page.getByTestId('rail-right')).toBeFocused()
})

test('the canvas is a few Tab stops away, and each toolbar is one', async ({ app }) => {
  const { page } = app
  await openEmpty(page)
  await page.getByTestId('skip-canvas').focus()
  const stops: string[] = []
  for (let stop = 0; stop < 12; stop++) {
    stops.push(await page.evaluate(() => document.activeElement?.closest('[data-testid]')?.getAttribute('data-testid') ?? ''))
    await page.keyboard.press('Tab')
    if (await page.evaluate(() => document.activeElement?.closest('[data-testid="canvas"]') !== null)) break
  }
  expect(stops.length).toBeLessThan(12)
  expect(stops.slice(0, 4)).toEqual(['skip-canvas', 'skip-training', 'skip-inspector', 'logo'])

  // Along the top bar with the arrow keys.
  await page.getByTestId('logo').focus()
  await page.keyboard.press('ArrowRight')
  await expect(page.getByTestId('file-menu')).toBeFocused()
  await page.keyboard.press('ArrowRight') // undo and redo are disabled
  await expect(page.getByTestId('lab-title')).toBeFocused()
  await page.keyboard.press('End')
  await expect(page.getByTestId('theme')).toBeFocused()

  await page.getByTestId('skip-canvas').focus()
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('canvas')).toBeFocused()
})

test('a model is built, trained and inspected by keyboard alone', async ({ app }) => {
  const { page } = app
  const { keyboard } = page
  const focused = (testId: string) => page.evaluate((id) => document.activeElement?.getAttribute('data-testid') === id, testId)
  for (let tabs = 0; tabs < 8 && !(await focused('gallery-empty')); tabs++) await keyboard.press('Tab')
  await keyboard.press('Enter')
  await expect(page.getByTestId('canvas')).toBeFocused()

  // Add blocks from the list, found by name.
  await keyboard.press('a')
  await expect(page.getByTestId('palette-find')).toBeFocused()
  const blocks = ['tokens', 'embedding', 'multi-head', 'classifier']
  for (const block of blocks) {
    await keyboard.type(block)
    await keyboard.press('Enter')
    await expect(page.getByTestId(`node-${block}`)).toBeVisible()
    await keyboard.press('Escape')
  }

  // From the list to the canvas, and from block to block.
  let tabs = 0
  for (; tabs < 12 && !(await focused('node-tokens')); tabs++) await keyboard.press('Tab')
  expect(tabs).toBeLessThan(12)
  for (const [index, block] of blocks.slice(0, -1).entries()) {
    await expect(page.getByTestId(`node-${block}`)).toBeFocused()
    await keyboard.press('c')
    await expect(page.getByTestId('canvas-menu').locator(':focus')).toHaveCount(1)
    await keyboard.press('Enter')
    await expect(page.getByTestId(`node-${block}`)).toBeFocused()
    await keyboard.press('Tab')
    await expect(page.getByTestId(`node-${blocks[index + 1]}`)).toBeFocused()
  }

  // One training step by its key.
  await keyboard.press('.')
  await expect(page.getByTestId('stat-step')).toHaveText('1', { timeout: 30_000 })

  // Attention weights of a head, cell by cell.
  await keyboard.press('Shift+Tab')
  await expect(page.getByTestId('node-multi-head')).toBeFocused()
  await keyboard.press('Enter')
  await expect(page.getByTestId('inspector').getByRole('tab', { selected: true })).toBeFocused()
  for (let tab = 0; tab < 5 && !(await focused('tab-live')); tab++) await keyboard.press('ArrowRight')
  const map = page.getByTestId('attention-map')
  await expect(map).toBeVisible()
  for (let stop = 0; stop < 20 && !(await map.locator('canvas').evaluate((each) => each === document.activeElement)); stop++)
    await keyboard.press('Tab')
  await keyboard.press('ArrowDown')
  await keyboard.press('ArrowRight')
  await expect(map.locator('output')).toHaveText(/→ .+ [\d.]+/)
  expect(app.errors).toEqual([])
})

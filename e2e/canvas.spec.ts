/** The canvas: what is seen of a model at every size, and every way to change it with mouse or keyboard. */
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures'

const zoomOf = (page: Page): Promise<number> =>
  page.locator('.vue-flow__transformationpane').evaluate((pane) => new DOMMatrix(getComputedStyle(pane).transform).a)

async function boxOf(page: Page, id: string): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await page.getByTestId(id).boundingBox()
  if (!box) throw new Error(`${id} is not visible`)
  return box
}

async function openLab(page: Page, lab: string): Promise<void> {
  await page.getByTestId(`gallery-lab-${lab}`).click()
  await expect(page.getByTestId('node-tokens')).toBeVisible()
}

for (const [width, height] of [
  [800, 600],
  [1280, 720],
  [1920, 1080],
] as const) {
  test(`a lab opens where it can be read, at its beginning, and can be seen whole, at ${width} × ${height}`, async ({
    app,
  }) => {
    const { page } = app
    await page.setViewportSize({ width, height })
    await openLab(page, 'tiny-gpt')
    await expect.poll(() => zoomOf(page)).toBeGreaterThanOrEqual(0.9 - 1e-6)
    const canvas = await boxOf(page, 'canvas')
    const first = await boxOf(page, 'node-tokens')
    expect(first.x).toBeGreaterThanOrEqual(canvas.x)
    expect(first.y).toBeGreaterThanOrEqual(canvas.y)
    expect(first.x + first.width).toBeLessThanOrEqual(canvas.x + canvas.width)
    expect(first.y + first.height).toBeLessThanOrEqual(canvas.y + canvas.height)

    await page.getByTestId('canvas').focus()
    await page.keyboard.press('f')
    const nodes = page.locator('.vue-flow__node')
    await expect(async () => {
      for (const node of await nodes.all()) {
        const box = await node.boundingBox()
        expect(box!.x).toBeGreaterThanOrEqual(canvas.x)
        expect(box!.x + box!.width).toBeLessThanOrEqual(canvas.x + canvas.width)
        expect(box!.y + box!.height).toBeLessThanOrEqual(canvas.y + canvas.height)
      }
    }).toPass({ timeout: 5000 })
  })
}

/** Of all that is written on the canvas, the smallest on screen, in pixels. */
const smallestText = (page: Page): Promise<number> =>
  page.locator('.vue-flow__transformationpane').evaluate((pane) => {
    const zoom = new DOMMatrix(getComputedStyle(pane).transform).a
    const sizes = [...pane.querySelectorAll('*')].flatMap((element) => {
      const written = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim())
      if (!written || element.closest('.sr-only, title')) return []
      return [parseFloat(getComputedStyle(element).fontSize) * zoom]
    })
    return Math.min(...sizes)
  })

test('no text of the canvas is smaller than 11 pixels, at whatever zoom, and blocks show less as they get smaller', async ({
  app,
}) => {
  const { page } = app
  await openLab(page, 'tiny-gpt')
  await page.getByTestId('canvas').focus()
  const shown: string[] = []
  for (let presses = 0; presses < 12; presses++) {
    await expect.poll(() => smallestText(page)).toBeGreaterThanOrEqual(11 - 0.01)
    const caption = await page.getByTestId('node-tokens').locator('p').count()
    const picture = await page.getByTestId('node-tokens').locator('canvas').count()
    const name = (await page.getByTestId('node-tokens').textContent())?.includes('Tokens')
    const now = caption ? 'all' : picture ? 'picture' : name ? 'name' : 'colour'
    if (shown.at(-1) !== now) shown.push(now)
    const before = await zoomOf(page)
    await page.keyboard.press('-')
    await expect.poll(() => zoomOf(page)).toBeLessThan(before)
    await page.waitForTimeout(250) // the zoom glides
  }
  expect(shown).toEqual(['all', 'picture', 'name', 'colour'])
})

test('a port is hit within 24 pixels at every zoom at which it can be hit, and tells its name', async ({ app }) => {
  const { page } = app
  await openLab(page, 'reverse')
  const node = page.locator('.vue-flow__node', { has: page.locator('[data-testid$="-b"]') }).first()
  const id = await node.getAttribute('data-id')
  await node.focus()
  await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Tab')
  await expect(node).toBeFocused()
  for (let presses = 0; presses < 3; presses++) {
    for (const port of ['in-a', 'in-b', 'out-y'] as const) {
      const [side, name] = port.split('-')
      const handle = page.getByTestId(`handle-${side}-${id}-${name}`)
      const reached = await handle.evaluate((element) => {
        const { x, y, width, height } = element.getBoundingClientRect()
        const [middle, centre] = [x + width / 2, y + height / 2]
        const at = (dx: number, dy: number) => document.elementFromPoint(middle + dx, centre + dy) === element
        return [at(0, 0), at(-11.5, 0), at(11.5, 0), at(0, -11.5), at(0, 11.5), at(-11.5, -11.5), at(11.5, 11.5)]
      })
      expect(reached, `${port} at zoom ${await zoomOf(page)}`).not.toContain(false)
      const label = () => handle.evaluate((element) => getComputedStyle(element, '::before').display)
      expect(await label(), 'its block has the keyboard').toBe('block')
      expect(await handle.getAttribute('data-name')).toMatch(new RegExp(`^${name}  B\\d+·T\\d+·\\d+$`))
    }
    await page.keyboard.press('-')
    await page.waitForTimeout(400) // the zoom glides
  }
  await page.keyboard.press('Escape')
  await page.getByTestId('canvas').focus()
  const handle = page.getByTestId('handle-out-tokens-ids')
  const label = () => handle.evaluate((element) => getComputedStyle(element, '::before').display)
  expect(await label()).toBe('none')
  await handle.hover()
  expect(await label()).toBe('block')
})

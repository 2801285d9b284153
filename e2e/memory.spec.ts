/** Settings and unsaved work survive a restart of the host at another address. */
import type { Page } from '@playwright/test'
import { expect, openEmpty, openLab, reload, test } from './fixtures'

const sizeOf = (page: Page): Promise<string | null> => page.locator('.handle-left').getAttribute('aria-valuenow')

async function widen(page: Page): Promise<void> {
  const before = Number(await sizeOf(page))
  await page.locator('.handle-left').press('ArrowRight')
  await expect.poll(() => sizeOf(page)).toBe(String(before + 16))
}

test('language, layout and an unsaved edit survive a restart of the host', async ({ app }) => {
  await openLab(app.page, 'reverse')
  await expect(app.page.getByTestId('gallery-lab-reverse')).toHaveCount(0)
  await app.page.getByTestId('language-zh').click()
  await widen(app.page)
  const size = await sizeOf(app.page)
  await app.page.getByTestId('node-embedding').click()
  await app.page.keyboard.press('Delete')
  await expect(app.page.getByTestId('node-embedding')).toHaveCount(0)

  await app.restart()
  await expect(app.page.locator('html')).toHaveAttribute('lang', /^zh/)
  expect(await sizeOf(app.page)).toBe(size)
  // The work is offered even if something else is opened first.
  await openLab(app.page, 'sort')
  await app.page.getByTestId('logo').click()
  await app.page.getByTestId('gallery-draft').click()
  await expect(app.page.getByTestId('node-classifier')).toBeVisible()
  await expect(app.page.getByTestId('node-embedding')).toHaveCount(0)
  expect(app.errors).toEqual([])
})

test('two pages: the changes of each are kept', async ({ app }, info) => {
  test.skip(info.project.name === 'electron', 'the desktop has one window')
  const other = await app.page.context().newPage()
  await other.goto(app.page.url())
  await openEmpty(other)
  await openEmpty(app.page)
  await widen(other)
  const size = await sizeOf(other)
  await app.page.getByTestId('language-zh').click()

  await app.restart()
  await expect(app.page.locator('html')).toHaveAttribute('lang', /^zh/)
  expect(await sizeOf(app.page)).toBe(size)
})

test('two pages keep separate drafts, offered once closed, with undo after a reload', async ({ app }, info) => {
  test.skip(info.project.name === 'electron', 'the desktop has one window')
  const other = await app.page.context().newPage()
  await other.goto(app.page.url())
  const drop = async (page: Page, lab: string, block: string): Promise<void> => {
    await openLab(page, lab)
    await page.getByTestId(`node-${block}`).click()
    await page.keyboard.press('Delete')
    await expect(page.getByTestId(`node-${block}`)).toHaveCount(0)
  }
  await drop(app.page, 'reverse', 'embedding')
  await drop(other, 'sort', 'classifier')

  // Each page restores its own draft, with its undo history.
  await Promise.all([reload(app.page), reload(other)])
  await expect(app.page.getByTestId('node-classifier')).toBeVisible()
  await expect(other.getByTestId('node-embedding')).toBeVisible()
  await expect(other.getByTestId('node-classifier')).toHaveCount(0)
  await other.locator('.vue-flow').click({ position: { x: 5, y: 5 } })
  await other.keyboard.press('ControlOrMeta+z')
  await expect(other.getByTestId('node-classifier')).toBeVisible()
  await other.keyboard.press('ControlOrMeta+Shift+z')
  await expect(other.getByTestId('node-classifier')).toHaveCount(0)

  // Neither is offered to the other while both are open.
  await app.page.getByTestId('logo').click()
  await expect(app.page.getByTestId('gallery-lab-reverse')).toBeVisible()
  await expect(app.page.getByTestId('gallery-draft')).toHaveCount(0)

  await app.restart()
  await expect(app.page.getByTestId('gallery-draft')).toHaveCount(2)
  expect(app.errors).toEqual([])
})

test('a window duplicated by the browser has separate work', async ({ app }, info) => {
  test.skip(info.project.name === 'electron', 'the desktop has one window')
  await openLab(app.page, 'reverse')
  await app.page.getByTestId('node-embedding').click()
  await app.page.keyboard.press('Delete')
  await expect(app.page.getByTestId('node-embedding')).toHaveCount(0)
  const [copy] = await Promise.all([
    app.page.waitForEvent('popup'),
    app.page.evaluate(() => void window.open(location.href)), // copies the session storage of the window
  ])
  await openLab(copy, 'sort')
  await copy.getByTestId('node-classifier').click()
  await copy.keyboard.press('Delete')
  await Promise.all([reload(copy), reload(app.page)])
  await expect(copy.getByTestId('node-embedding')).toBeVisible()
  await expect(copy.getByTestId('node-classifier')).toHaveCount(0)
  await expect(app.page.getByTestId('node-classifier')).toBeVisible()
  await expect(app.page.getByTestId('node-embedding')).toHaveCount(0)
})

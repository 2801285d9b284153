/** Creates the stored state of a page on its host: settings, a draft with its run, and an earlier unopened draft. */
import { setTimeout as sleep } from 'node:timers/promises'
import { findChromium } from '../chromium.mjs'

/** The page saves its state with a delay. */
const written = 1000 // milliseconds

/**
 * Two windows in turn: the first edits a lab and is closed; the second saves another one to `saved`, edits and trains it.
 * @param {string} address
 * @param {{ first: object, second: object, saved: string }} drafts
 */
export async function useThePage(address, { first, second, saved }) {
  const { chromium } = await import('playwright')
  const found = await findChromium()
  const browser = await chromium.launch({
    ...(found ? { executablePath: found.path } : {}),
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  })
  try {
    await inWindow(browser, address, async (page) => {
      await openFile(page, 'reverse.lab.json', first)
      await page.getByTestId('language-zh').click()
      await page.getByTestId('theme').click()
      await page.getByTestId('menu-view.dark').click()
      await page.locator('.handle-left').press('ArrowRight')
      await rename(page, '没有保存的草稿')
    })
    await inWindow(browser, address, async (page) => {
      await openFile(page, 'groups.lab.json', second)
      const download = page.waitForEvent('download')
      await page.keyboard.press('Control+s')
      await (await download).saveAs(saved)
      await rename(page, '组里的两个块')
      await page.getByTestId('play').click()
      await page.getByTestId('run-state').filter({ hasText: '已完成' }).waitFor()
    })
  } finally {
    await browser.close()
  }
}

async function inWindow(browser, address, use) {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(address)
  await use(page)
  await sleep(written)
  await context.close()
}

async function openFile(page, name, document) {
  const chooser = page.waitForEvent('filechooser')
  await page.getByTestId('gallery-open').click()
  const buffer = Buffer.from(JSON.stringify(document, null, 2))
  await (await chooser).setFiles({ name, mimeType: 'application/json', buffer })
  await page.getByTestId('node-embedding').waitFor()
}

async function rename(page, title) {
  await page.getByTestId('lab-title').click()
  await page.getByTestId('lab-title').fill(title)
  await page.keyboard.press('Enter')
}

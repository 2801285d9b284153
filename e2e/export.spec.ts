/** Exporting the model on screen: what will be written, the file, and what other programs say about it. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Download, Page } from '@playwright/test'
import { violationsIn } from './axe'
import { expect, openLab, test, train } from './fixtures'

const hasWitness = existsSync(join(import.meta.dirname, '../.witness'))

/** Of a safetensors file: its header, and the bytes of its data. */
async function read(file: Download): Promise<{ header: Record<string, { step?: string }>; data: Buffer }> {
  const bytes = await readFile(await file.path())
  const start = 8 + Number(bytes.readBigUInt64LE(0))
  const header = JSON.parse(bytes.subarray(8, start).toString()) as Record<string, { step?: string }>
  return { header, data: bytes.subarray(start) }
}

/** Chooses in a select, by the keyboard. */
async function choose(page: Page, select: string, option: string): Promise<void> {
  await page.getByTestId(select).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('option', { name: option, exact: true })).toBeVisible()
  await page.keyboard.press(option[0]!)
  await page.getByRole('option', { name: option, exact: true }).press('Enter')
  await expect(page.getByTestId(select)).toContainText(option)
}
async function exported(page: Page): Promise<Download> {
  await expect(page.getByTestId('export-perform')).toBeEnabled()
  const file = page.waitForEvent('download')
  await page.getByTestId('export-perform').press('Enter')
  const download = await file
  await expect(page.getByTestId('export-saved')).toContainText(download.suggestedFilename())
  return download
}

test('the weights of a run are exported by the keyboard, and the plan says what changes', async ({ app }, info) => {
  test.skip(info.project.name === 'electron', 'the desktop window asks where to save')
  const { page } = app
  await openLab(page, 'single-head')
  await train(page, 20)
  await page.getByTestId('file-menu').press('Enter')
  await page.getByRole('menuitem', { name: 'Export model' }).press('Enter')
  const dialog = page.getByRole('dialog')
  await expect(page.getByTestId('export-to')).toBeFocused()
  await expect(page.getByTestId('export-weights')).toHaveText('Newest, step 20')
  await expect(page.getByTestId('export-files')).toContainText('model.onnx')
  await expect(page.getByTestId('export-missing')).toContainText('up to 8 tokens')

  await choose(page, 'export-to', 'safetensors')
  await expect(page.getByTestId('export-complete')).toBeVisible()
  const trained = await exported(page)
  expect(trained.suggestedFilename()).toMatch(/\.safetensors$/)
  const { header, data } = await read(trained)
  expect(header['__metadata__']?.step).toBe('20')

  await choose(page, 'export-weights', 'Untrained, as in the lab')
  const before = await read(await exported(page))
  expect(before.header['__metadata__']?.step).toBe('0')
  expect(Object.keys(before.header)).toEqual(Object.keys(header))
  expect(before.data.length).toBe(data.length)
  expect(before.data.equals(data)).toBe(false)

  await choose(page, 'export-dtype', 'F16: half the size')
  await expect(page.getByTestId('export-missing')).toContainText('rounded to F16')
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
})

test('a verified export comes with its certificate, at any size and in both themes', async ({ app }, info) => {
  test.skip(info.project.name === 'electron', 'the desktop window asks where to save')
  test.skip(!hasWitness, 'there is no Python to verify with')
  const { page } = app
  await openLab(page, 'rotary')
  await page.getByTestId('canvas').press('Control+a')
  const blocks = await page.locator('.vue-flow__node').count()
  await page.setViewportSize({ width: 800, height: 600 })
  await page.keyboard.press('Control+k')
  await page.keyboard.type('Export model')
  await page.keyboard.press('Enter')
  await page.getByTestId('export-verify').check()
  const file = await exported(page)
  expect(file.suggestedFilename()).toMatch(/-onnx\.zip$/)
  const certificate = page.getByTestId('certificate')
  await expect(certificate).toContainText('the copy agrees with the model')
  await expect(certificate).toContainText('logits (onnx.reference)')
  await expect(certificate).toContainText(/onnx 1\.\d+/)
  expect(await violationsIn(page, '[role=dialog]')).toEqual([])
  await page.screenshot({ path: info.outputPath('export-800.png') })
  const box = (await page.getByRole('dialog').boundingBox())!
  expect(box.x).toBeGreaterThanOrEqual(0)
  expect(box.y + box.height).toBeLessThanOrEqual(600)
  await page.setViewportSize({ width: 1280, height: 800 })
  await page.emulateMedia({ colorScheme: 'dark' })
  expect(await violationsIn(page, '[role=dialog]')).toEqual([])
  await page.screenshot({ path: info.outputPath('export-1280.png') })

  // The button has kept the focus; keys without a focus do not reach the canvas behind, whose blocks are selected.
  await expect(page.getByTestId('export-perform')).toBeFocused()
  await page.evaluate(() => (document.activeElement as HTMLElement).blur())
  await page.keyboard.press('Delete')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()
  await expect(page.locator('.vue-flow__node')).toHaveCount(blocks)
})

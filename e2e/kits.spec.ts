/** A class by files alone: the teacher makes a kit, a pupil works on it and hands in, the teacher grades. */
import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { violationsIn } from './axe'
import { expect as usual, openLab, test } from './fixtures'

/** Kits are read in a process of their own, which has to start. */
const expect = usual.configure({ timeout: 20_000 })

/** Clicks, and returns the files that are saved. */
async function savedBy(page: Page, count: number, click: () => Promise<void>): Promise<{ name: string; path: string }[]> {
  const files: { name: string; path: string }[] = []
  const all = new Promise<void>((resolve) => {
    page.on('download', (download) => {
      void download.path().then((path) => {
        files.push({ name: download.suggestedFilename(), path })
        if (files.length === count) resolve()
      })
    })
  })
  await click()
  await all
  page.removeAllListeners('download')
  return files
}

async function give(page: Page, button: string, name: string, path: string): Promise<void> {
  const chooser = page.waitForEvent('filechooser')
  await page.getByTestId(button).click()
  await (await chooser).setFiles({ name, mimeType: 'application/zip', buffer: await readFile(path) })
}

async function openKits(page: Page): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.keyboard.type('class kits')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('kits')).toBeVisible()
}

test('a kit is made, worked on, validated, handed in and graded', async ({ app }) => {
  test.setTimeout(120_000)
  const { page } = app
  await openLab(page, 'single-head')
  await openKits(page)
  await page.getByTestId('kits-make').click()
  await expect(page.getByTestId('make-make')).toBeDisabled()
  await page.getByTestId('kit-title').fill('Class 3')
  await page.getByTestId('make-lesson-start').check()
  await page.getByTestId('make-add').click()
  await page.getByTestId('make-hidden-assignment-1').click()
  await page.getByRole('option', { name: 'Other validation samples' }).click()
  const isAccessible = async (): Promise<void> => expect(await violationsIn(page, '[data-testid="kits"]')).toEqual([])
  await isAccessible()
  const [kit, teachers] = await savedBy(page, 2, () => page.getByTestId('make-make').click())
  expect([kit!.name, teachers!.name]).toEqual(['Class-3.labkit', 'Class-3.teacher.labkit'])
  await expect(page.getByTestId('kit-grade')).toBeVisible() // the teacher's edition is open

  // The pupil's edition has the same id, and takes its place.
  await give(page, 'kits-open', kit!.name, kit!.path)
  await expect(page.getByTestId('kit-grade')).toBeHidden()
  await expect(page.getByTestId('kit-validate')).toBeVisible()
  await page.getByTestId('assignment-open-assignment-1').click()
  await expect(page.getByTestId('kits')).toBeHidden()
  await page.getByTestId('play').click()
  await expect(page.getByTestId('run-state')).toHaveText('Finished', { timeout: 60_000 })

  await openKits(page)
  await page.getByTestId('kit-validate').click()
  await expect(page.getByTestId('marks')).toContainText('assignment-1-hidden', { timeout: 60_000 })
  await expect(page.getByTestId('kits')).toContainText('exactly the same weights and losses')
  await expect(page.getByTestId('kit-submit')).toBeDisabled()
  await page.getByTestId('kit-name').fill('李雷')
  const [work] = await savedBy(page, 1, () => page.getByTestId('kit-submit').click())
  expect(work!.name).toBe('李雷.labwork')

  await give(page, 'kits-open', teachers!.name, teachers!.path)
  const chooser = page.waitForEvent('filechooser')
  await page.getByTestId('kit-grade').click()
  await (
    await chooser
  ).setFiles([
    { name: 'broken.labwork', mimeType: 'application/zip', buffer: Buffer.from('not a submission') },
    { name: work!.name, mimeType: 'application/zip', buffer: await readFile(work!.path) },
  ])
  await expect(page.getByTestId('graded-broken.labwork')).toContainText('not a kit or submission')
  const graded = page.getByTestId('graded-李雷.labwork')
  await expect(graded).toContainText('5 of 6', { timeout: 60_000 })
  await graded.getByText('李雷').click()
  await expect(graded).toContainText('hidden data')
  await isAccessible()
  const [csv] = await savedBy(page, 1, () => page.getByTestId('kit-csv').click())
  expect(await readFile(csv!.path, 'utf8')).toContain('李雷.labwork,李雷,5,6,0,,2,3,0')

  await give(page, 'kits-open', 'wrong.labkit', work!.path)
  await expect(page.getByTestId('toast').last()).toContainText('so it is not what is expected here')
  expect(app.errors).toEqual([])
})

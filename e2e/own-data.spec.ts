/**
 * A learner's own table: rejected with its line number, fixed, previewed and trained on; and its weights reused for another
 * table.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, openLab, test } from './fixtures'

/** 120 remarks whose mood depends on a single word. */
function remarks(moods: Readonly<Record<string, readonly string[]>>): string {
  const names = Object.keys(moods)
  const rows = Array.from({ length: 120 }, (_, i) => {
    const mood = names[i % names.length]!
    const words = moods[mood]!
    return `"film ${i % 7}, which was ${words[i % words.length]!}",${mood}`
  })
  return ['remark,mood', ...rows].join('\n')
}

async function choose(page: Page, file: string): Promise<void> {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByTestId('choose-text').click()])
  await chooser.setFiles(file)
}

test('a table is read, previewed and trained on, and its weights are reused in another lab', async ({ app }) => {
  const { page, workspace } = app
  const [broken, good] = [join(workspace, 'broken.csv'), join(workspace, 'good.csv')]
  await writeFile(broken, 'remark,mood\na fine film,good\n"never closed,bad\n')
  await writeFile(good, remarks({ good: ['great', 'lovely'], bad: ['awful', 'dull'], mixed: ['long', 'odd'] }))

  await openLab(page, 'sentiment')
  await page.getByTestId('task-chip').click()
  await page.getByTestId('field-task').click()
  await page.getByRole('option', { name: 'Your own data: classification' }).click()

  await choose(page, broken)
  const problem = page.getByRole('dialog').getByText('Line 3: the quotation mark that opens a cell')
  await expect(problem).toBeVisible()
  await choose(page, good)
  await expect(page.getByText('Line 3: the quotation mark that opens a cell')).toHaveCount(0)
  await expect(page.getByTestId('data-preview')).toContainText('film 1, which was dull')
  await expect(page.getByTestId('field-label')).toContainText('mood')
  await page.keyboard.press('Escape')
  await expect(page.getByTestId('task-chip')).toContainText('good.csv')
  await page.getByTestId('training-settings').click()
  await page.getByTestId('field-steps').fill('40')
  await page.getByTestId('field-steps').press('Enter')
  await page.keyboard.press('Escape')

  await page.getByTestId('play').click()
  await expect(page.getByTestId('run-state')).toHaveText('Finished', { timeout: 60_000 })
  await expect(page.getByTestId('sample-0')).toContainText('film')

  // Use the weights in the lab before its steps, file and task were changed: weights that depend on vocabulary and classes do
  // not fit, all others do.
  await page.getByTestId('undo').click({ clickCount: 4, delay: 50 })
  await expect(page.getByTestId('undo')).toBeDisabled()
  await page.getByTestId('runs').click()
  await page.getByTestId('run-start-from').click()
  await expect(page.getByText('Loaded weights:')).toBeVisible()
  await page.getByTestId('runs').click()
  const report = page.getByTestId('transplant')
  await expect(report).toHaveCount(1)
  await report.locator('summary').click()
  await expect(report).toContainText('embedding/table shapes differ')
  await expect(report).not.toContainText('attention-1/query shapes differ')
  expect(app.errors).toEqual([])
})

test('a folder of texts is a table whose classes are its folders', async ({ app }) => {
  const { page, workspace } = app
  const folder = join(workspace, 'reviews')
  for (const [mood, word] of [
    ['good', 'lovely'],
    ['bad', 'awful'],
  ] as const) {
    // prettier-ignore
    await mkdir(join(folder, mood), { recursive: true })
    for (let i = 0; i < 20; i++) await writeFile(join(folder, mood, `${i}.txt`), `film ${i}, which was ${word}\n`)
  }
  await openLab(page, 'sentiment')
  await page.getByTestId('task-chip').click()
  await page.getByTestId('field-task').click()
  await page.getByRole('option', { name: 'Your own data: classification' }).click()
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByTestId('choose-folder').click()])
  await chooser.setFiles(folder)
  await expect(page.getByTestId('data-preview')).toContainText('film 0, which was awful')
  await expect(page.getByTestId('field-label')).toContainText('label')
  await page.keyboard.press('Escape')
  await expect(page.getByTestId('task-chip')).toContainText('reviews')
})

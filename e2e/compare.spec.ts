/** Runs with names, tags and stars, a deletion that is undone, and their comparison, by mouse and by keyboard. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import type { RunStatus } from '../src/core/contract/runs'
import { violationsIn } from './axe'
import { expect, openLab, reload, test, type App } from './fixtures'

/** How many runs have finished, as the host has recorded them. */
async function finished(workspace: string): Promise<number> {
  const runs = join(workspace, 'runs')
  const states = (await readdir(runs)).map(async (run) => {
    const record = await readFile(join(runs, run, 'run.json'), 'utf8').catch(() => null) // not written yet
    return record === null ? null : (JSON.parse(record) as { status: RunStatus }).status.state
  })
  return (await Promise.all(states)).filter((state) => state === 'finished').length
}
/** Trains the open lab with these settings, as the run of this number. */
async function train({ page, workspace }: App, number: number, settings: Readonly<Record<string, string>>): Promise<void> {
  await page.getByTestId('training-settings').click()
  for (const [name, value] of Object.entries(settings)) {
    await page.getByTestId(`field-${name}`).fill(value)
    await page.getByTestId(`field-${name}`).press('Enter')
  }
  await page.keyboard.press('Escape')
  await page.getByTestId('play').click()
  await expect.poll(() => finished(workspace), { timeout: 40_000 }).toBe(number)
}
/** Trains a built-in lab for some steps and stops. */
async function trainShortly(page: Page, lab: string): Promise<void> {
  await openLab(page, lab)
  await page.getByTestId('play').click()
  const step = async () => Number((await page.getByTestId('stat-step').textContent())?.replace(/\D/g, ''))
  await expect.poll(step, { timeout: 30_000 }).toBeGreaterThan(5)
  await page.getByTestId('stop').click()
  await expect(page.getByTestId('run-state')).toContainText('Stopped')
}

test('runs are named, filtered, deleted, taken back, and compared', async ({ app }) => {
  test.setTimeout(150_000)
  const { page } = app
  await openLab(page, 'reverse')
  await train(app, 1, { steps: '20', evaluateEvery: '5', seed: '1' })
  await train(app, 2, { seed: '2' })
  await train(app, 3, { seed: '3', batchSize: '8' })

  await page.getByTestId('runs').click()
  const list = page.getByTestId('run-list')
  const rows = list.getByRole('listitem')
  await expect(rows).toHaveCount(3)

  // By keyboard: the newest run gets a name, a tag and a star.
  const newest = rows.first()
  await newest.getByTestId('run-edit').focus()
  await page.keyboard.press('Enter')
  await expect(newest.getByTestId('run-name')).toBeFocused()
  await page.keyboard.type('Small batches')
  await page.keyboard.press('Tab')
  await page.keyboard.type('batches, 第七课')
  await page.keyboard.press('Enter')
  await expect(newest.getByTestId('run-edit')).toBeFocused()
  await expect(newest).toContainText('Small batches')
  await newest.getByTestId('run-star').press('Enter')
  await expect(newest.getByTestId('run-star')).toHaveAttribute('aria-pressed', 'true')
  expect(await violationsIn(page, '[role="dialog"]')).toEqual([])

  // Escape gives up what was typed, and does not close the list.
  await newest.getByTestId('run-edit').click()
  await page.keyboard.type('no')
  await page.keyboard.press('Escape')
  await expect(newest.getByTestId('run-edit')).toBeFocused()

  // What was written is found, also after a reload.
  await reload(page)
  await page.getByTestId('runs').click()
  await page.getByTestId('runs-filter').fill('第七课')
  await expect(rows).toHaveCount(1)
  await expect(page.getByTestId('runs-count')).toHaveText('1 of 3 runs')
  await page.getByTestId('runs-filter').fill('')
  await page.getByTestId('runs-starred').click()
  await expect(rows).toHaveCount(1)
  await page.getByTestId('runs-starred').click()

  // A deletion by keyboard is undone by keyboard; closing the page in time keeps the run, too.
  await rows.nth(1).getByTestId('run-delete').press('Enter')
  await expect(rows).toHaveCount(2)
  await expect(page.getByTestId('toast-action')).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(rows).toHaveCount(3)
  await rows.nth(1).getByTestId('run-delete').click()
  await expect(rows).toHaveCount(2)
  await reload(page)
  await page.getByTestId('runs').click()
  await expect(rows).toHaveCount(3)

  // All three are compared.
  await expect(page.getByTestId('runs-compare')).toBeDisabled()
  for (let row = 0; row < 3; row++) await rows.nth(row).getByTestId('run-tick').press('Space')
  await page.getByTestId('runs-compare').press('Enter')
  const compare = page.getByTestId('compare')
  await expect(list).toBeHidden()
  await expect(compare.getByTestId('compare-A')).toContainText(/Small batches.*Finished.*3.*20/s)
  await expect(compare.getByTestId('compare-settings').getByRole('row')).toHaveText([/Setting.*A.*B.*C/s, /Batch size/, /Seed/])
  await expect(compare.getByTestId('compare-same-graph')).toBeVisible()
  await compare.getByTestId('compare-series').selectOption('validation/loss')
  await compare.getByTestId('compare-smoothing').fill('0.5')
  await expect(compare.getByRole('img', { name: 'validation loss: 3 curves' })).toBeVisible()
  await compare.getByTestId('compare-band').check()
  await expect(compare.getByRole('img', { name: 'validation loss: 2 curves' })).toBeVisible()
  expect(await violationsIn(page, '[role="dialog"]')).toEqual([])

  const file = page.waitForEvent('download')
  await page.getByTestId('compare-csv').click()
  const lines = (await readFile(await (await file).path(), 'utf8')).trim().split('\r\n')
  expect(lines).toHaveLength(4)
  expect(lines[0]).toContain('letter,name,run,state,seed,step,parameters,last loss,last validation/loss,best validation/loss')
  expect(lines[1]).toMatch(/^A,Small batches,\S+,finished,3,20,\d+,\d/)

  await compare.getByRole('button', { name: /^Remove B/ }).click()
  await expect(compare.getByTestId('compare-C')).toBeHidden()
  expect(app.errors).toEqual([])
})

test('graphs of two labs are compared, in both languages', async ({ app }) => {
  test.setTimeout(120_000)
  const { page } = app
  await trainShortly(page, 'reverse')
  await page.getByTestId('logo').click()
  await trainShortly(page, 'pos-tagging')
  await page.getByTestId('runs').click()
  for (const row of [0, 1]) await page.getByTestId('run-tick').nth(row).check()
  await page.getByTestId('runs-compare').click()
  const graph = page.getByTestId('compare-graph')
  await expect(graph.locator('[data-mark]').first()).toBeVisible()
  await expect(graph).toContainText(/removed \d+.*added \d+/s)
  // The other way round, what was removed is added.
  const [first = '', second = ''] = await graph
    .getByTestId('compare-from')
    .locator('option')
    .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value))
  const removed = await graph.locator('[data-mark="removed"]').count()
  await graph.getByTestId('compare-from').selectOption(second)
  await graph.getByTestId('compare-to').selectOption(first)
  await expect(graph.locator('[data-mark="added"]')).toHaveCount(removed)
  await expect(page.getByTestId('compare-settings')).toContainText('Part-of-speech tagging')
  await page.keyboard.press('Escape')
  await page.getByTestId('language-zh').click()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('比较训练')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('compare')).toContainText('有差异的设置')
  await expect(page.getByTestId('compare-settings')).toContainText('词性标注')
  expect(app.errors).toEqual([])
})

/** Runs with names, tags and stars, a deletion that is undone, and their comparison, by mouse and by keyboard. */
import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { violationsIn } from './axe'
import { expect, openLab, reload, test } from './fixtures'
import { train } from './train-runs'

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

  // Along what was read, and along the time; the file has the places of the axis.
  const saved = async (name: string) => {
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: `Copy or save: ${name}` }).click()
    await page.getByRole('menuitem', { name: 'Save CSV' }).click()
    return (await readFile(await (await download).path(), 'utf8'))
      .trim()
      .split('\r\n')
      .map((line) => line.split(','))
  }
  for (const [along, column] of [
    ['tokens', 'tokens'],
    ['time', 'seconds'],
  ] as const) {
    await compare.getByTestId('compare-along').selectOption(along)
    await expect(compare.getByRole('img', { name: 'validation loss: 2 curves' })).toBeVisible()
    const [heads = [], ...rows] = await saved('Curves')
    expect(heads).toEqual(['letter', 'name', 'run', 'seed', 'step', column, 'validation/loss'])
    // Sequences of up to 12 letters, padded, 8 in a batch of the newest run and 64 in those of the others.
    const last = ['A', 'B'].map((letter) => Number(rows.findLast((row) => row[0] === letter)![5]))
    if (along === 'tokens') expect(last).toEqual([20 * 8 * 12, 20 * 64 * 12])
    else for (const seconds of last) expect(seconds).toBeGreaterThan(0)
  }
  await expect(compare.getByTestId('compare-unplaced')).toBeHidden()

  const file = page.waitForEvent('download')
  await page.getByTestId('compare-csv').click()
  const lines = (await readFile(await (await file).path(), 'utf8')).trim().split('\r\n')
  expect(lines).toHaveLength(4)
  expect(lines[0]).toContain('letter,name,run,state,seed,step,parameters,last loss,last validation/loss,best validation/loss')
  expect(lines[1]).toMatch(/^A,Small batches,\S+,finished,3,20,\d+,\d/)

  await compare.getByRole('button', { name: /^Remove B/ }).click()
  await expect(compare.getByTestId('compare-C')).toBeHidden()

  // The chart of the training, too.
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Copy or save: Training curves' }).click()
  await page.getByTestId('chart-time').click()
  const [heads = [], ...steps] = await saved('Training curves')
  expect(heads.slice(0, 5)).toEqual(['step', 'sequences', 'tokens', 'seconds', 'loss'])
  expect(steps).toHaveLength(20)
  expect(steps.at(-1)!.slice(0, 3)).toEqual(['20', '160', '1920'])
  expect(Number(steps.at(-1)![3])).toBeGreaterThan(Number(steps[0]![3]))
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

test('maps of two runs are subtracted for any input and step, weights are laid over each other, and a notice can be reached', async ({
  app,
}) => {
  test.setTimeout(180_000)
  const { page } = app
  await openLab(page, 'pos-tagging')
  await train(app, 1, { steps: '60', evaluateEvery: '20', seed: '1' })
  await train(app, 2, { seed: '2' })
  await train(app, 3, { seed: '3' })
  await page.getByTestId('runs').click()
  const rows = page.getByTestId('run-list').getByRole('listitem')
  await rows.nth(2).getByTestId('run-delete').click()
  await expect(rows).toHaveCount(2)
  for (const row of [0, 1]) await rows.nth(row).getByTestId('run-tick').check()
  await page.getByTestId('runs-compare').click()

  // What the notice offers can be done by keyboard inside the dialog.
  const undo = page.getByRole('dialog').getByTestId('toast-action')
  await undo.focus()
  await expect(undo).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(undo).toBeHidden()

  const maps = page.getByTestId('compare-maps')
  await maps.scrollIntoViewIfNeeded()
  const [cell, mean] = [maps.getByTestId('map-cell'), maps.getByTestId('map-mean')]
  await expect(mean).toHaveText(/^0\.\d+$/, { timeout: 30_000 })
  await expect(maps.getByRole('application')).toHaveCount(3)
  await expect(maps.getByTestId('map-steps')).toHaveText('60')

  // The cell under the pointer is shown in all three.
  const map = maps.getByTestId('map-a').getByRole('application')
  await map.hover({ position: { x: 90, y: 30 } })
  const pair = await maps.getByTestId('map-a').locator('.pair').textContent()
  for (const id of ['b', 'difference']) await expect(maps.getByTestId(`map-${id}`).locator('.pair')).toHaveText(pair!)
  const [a, b] = ((await cell.textContent()) ?? '').split(' → ').map((text) => Number(text.replace('−', '-')))
  const file = page.waitForEvent('download')
  await maps.getByRole('button', { name: 'Copy or save: Difference of two maps' }).click()
  await page.getByRole('menuitem', { name: 'Save CSV' }).click()
  const lines = (await readFile(await (await file).path(), 'utf8')).trim().split('\r\n').slice(1)
  const numbers = lines.map((line) => line.split(',').slice(-3).map(Number) as [number, number, number])
  for (const [first, second, difference] of numbers) expect(difference).toBeCloseTo(second - first, 6)
  expect(numbers.some(([first, second]) => Math.abs(first - a!) < 1e-3 && Math.abs(second - b!) < 1e-3)).toBe(true)
  const average = numbers.reduce((sum, [, , difference]) => sum + Math.abs(difference), 0) / numbers.length
  expect(Number(await mean.textContent())).toBeCloseTo(average, 3)

  // The picture has three maps, and their cells are in the PNG too.
  const saved = async (entry: string): Promise<Buffer> => {
    const picture = page.waitForEvent('download')
    await maps.getByRole('button', { name: 'Copy or save: Difference of two maps' }).click()
    await page.getByRole('menuitem', { name: entry }).click()
    return readFile(await (await picture).path())
  }
  const svg = (await saved('Save SVG')).toString()
  expect(svg.match(/<image /g)).toHaveLength(6)
  expect(svg).toContain('B − A')
  expect((await saved('Save PNG')).byteLength).toBeGreaterThan(10_000)

  // The closest head is at most as far as the head of the same number.
  const before = Number(await mean.textContent())
  await maps.getByTestId('map-closest').click()
  await expect(maps.getByTestId('map-closest-found')).toBeVisible({ timeout: 20_000 })
  await expect.poll(async () => Number(await mean.textContent())).toBeLessThanOrEqual(before)

  // Another sample, one's own input, and an earlier step of one run.
  await maps.getByTestId('map-next').click()
  await expect(maps.getByTestId('map-sample')).toHaveText('Validation sample 2 of 600')
  await maps.getByTestId('map-text').fill('the duck swims')
  await expect(maps.getByTestId('map-largest')).toBeVisible()
  await expect(maps.getByText('custom', { exact: true })).toBeVisible()
  await maps.getByTestId('map-step-b').focus()
  await page.keyboard.press('Home')
  await expect(maps.getByTestId('map-steps')).toHaveText(/A 60 · B 0/, { timeout: 30_000 })
  await page.keyboard.press('End')

  // A weight of both; then one of another shape, with the reason.
  await maps.getByTestId('map-tensor-a').selectOption('embedding/table')
  await expect(maps.getByTestId('map-tensor-b')).toHaveValue('embedding/table')
  await expect(maps.getByTestId('map-text')).toBeHidden()
  await expect(mean).toBeVisible()
  await maps.getByTestId('map-tensor-b').selectOption('classifier/weight')
  await expect(maps.getByTestId('map-reason')).toContainText('shapes differ')
  await page.getByTestId('histogram-weight').selectOption('embedding/table')
  for (const letter of ['A', 'B'])
    await expect(page.getByTestId(`histogram-${letter}`)).toContainText(/mean .*std\. deviation 0\.\d+/, { timeout: 20_000 })
  await expect(page.getByRole('img', { name: 'embedding/table: 2 histograms' })).toBeVisible()
  expect(await violationsIn(page, '[role="dialog"]')).toEqual([])
  expect(app.errors).toEqual([])
})

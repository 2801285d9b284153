/** Heads of a trained model: scored on request, sorted by any score, shown in the inspector with their circuits. */
import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { expectAccessible, violationsIn } from './axe'
import { expect, openEmpty, openLab, test, train } from './fixtures'

const rows = (page: Page) => page.getByTestId('head-table').locator('tbody tr')

test('the heads of a finished run are scored, sorted with the mouse or the keyboard, and shown with their circuits; so are those of a reopened run', async ({
  app,
}, info) => {
  test.setTimeout(300_000)
  const { page } = app
  await openLab(page, 'induction')
  await page.getByTestId('tab-heads').click()
  await expect(page.getByTestId('heads')).toContainText('Click Train')
  await train(page, 400)
  await page.getByTestId('heads-measure').click()
  await expect(rows(page)).toHaveCount(5, { timeout: 60_000 })
  await expect(page.getByTestId('heads')).toContainText('Step 400')

  await page.getByTestId('sort-induction').click()
  await expect(page.locator('th[aria-sort="descending"]')).toContainText('induction')
  await expect(rows(page).first()).toHaveAttribute('data-testid', /^head-attention-2\//)
  await page.getByTestId('sort-induction').focus()
  await page.keyboard.press('Enter')
  await expect(page.locator('th[aria-sort="ascending"]')).toContainText('induction')
  await expect(rows(page).first()).toHaveAttribute('data-testid', /^head-attention-1\//)
  // The head that the score names is the one that costs most when it is muted.
  await page.getByTestId('sort-accuracyDrop').click()
  await expect(page.locator('th[aria-sort="descending"]')).toContainText('accuracy')
  await expect(rows(page).first()).toHaveAttribute('data-testid', 'head-attention-2/0')
  await page.getByTestId('sort-duplicate').hover()
  await expect(page.getByRole('tooltip')).toContainText('Wang et al. 2023')
  await page.getByTestId('heads-definitions').click()
  await expect(page.getByText('Source: Elhage et al. 2021.')).toBeVisible()
  await page.keyboard.press('Escape')

  // One stop for the column heads, one for the rows.
  await page.getByTestId('sort-head').focus()
  await page.keyboard.press('End')
  await expect(page.getByTestId('sort-diversity')).toBeFocused()
  await page.getByTestId('sort-head').click()
  const third = page.getByTestId('head-attention-1/2').getByRole('button')
  await third.focus()
  await page.keyboard.press('Enter')
  await expect(third).toHaveAttribute('aria-pressed', 'true')
  const inspector = page.getByTestId('inspector')
  await expect(inspector.getByText('Attention of head 3')).toBeVisible({ timeout: 30_000 })

  await inspector.getByTestId('head-circuits').click()
  for (const name of ['queryKey', 'outputValue']) {
    await expect(inspector.getByTestId(`circuit-${name}`).locator('canvas')).toBeVisible({ timeout: 30_000 })
  }
  await expectAccessible(page)
  expect(app.errors).toEqual([])
  test.skip(info.project.name === 'electron', 'the desktop has one window')

  const second = await page.context().newPage()
  await second.goto(page.url())
  await openEmpty(second)
  await second.getByTestId('runs').click()
  await second.getByTestId('run-open').click()
  await second.getByTestId('tab-heads').click()
  await second.getByTestId('heads-measure').click()
  await expect(rows(second)).toHaveCount(5, { timeout: 60_000 })
  // The same weights and the same sequences give the same scores.
  await page.getByTestId('language-en').click()
  expect(await rows(second).allInnerTexts()).toEqual(await rows(page).allInnerTexts())
})

test('the heads are scored over time: curves, when they formed, and marks on the rail that lead there', async ({ app }) => {
  test.setTimeout(300_000)
  const { page } = app
  await openLab(page, 'induction')
  await page.getByTestId('tab-heads').click()
  await train(page, 400)
  const metrics = await page.getByTestId('metrics').innerText()
  await page.getByTestId('heads-course').click()
  await expect(page.getByTestId('heads')).toContainText(/Scoring saved steps: [1-9]\d* of \d+/)
  await page.getByTestId('heads-cancel').click()
  await expect(page.getByTestId('heads-course')).toHaveText('Score the remaining steps')
  await page.getByTestId('heads-course').click()
  await expect(page.getByTestId('heads-measure')).toBeVisible({ timeout: 120_000 })
  await expect(page.getByTestId('heads-course')).toBeHidden()
  await expect(rows(page)).toHaveCount(5)
  await expect(page.getByTestId('head-table').locator('svg polyline')).toHaveCount(5)

  // Induction forms in the second layer; its column and its curves are those of the order.
  await page.getByTestId('sort-induction').click()
  await expect(rows(page).first()).toHaveAttribute('data-testid', /^head-attention-2\//)
  await page.getByTestId('formed-head').hover()
  await expect(page.getByRole('tooltip')).toContainText('Formed from 40.0 % on')
  const formed = rows(page).first().getByTestId('formed')
  const step = Number((await formed.innerText()).split('\n')[0])
  expect(step).toBeGreaterThan(100)
  await expect(rows(page).last().getByTestId('formed')).toContainText('–')

  // A mark on the rail, with its reason; a click shows that step.
  const mark = page.getByTestId('mark-formed').first()
  await expect(async () => {
    await page.getByTestId('stat-loss').hover() // away from the tooltip before
    await mark.hover()
    const text = /Step \d+: induction reached by head .* of Multi-head attention 2/
    await expect(page.getByRole('tooltip').first()).toContainText(text, { timeout: 2000 })
  }).toPass()
  const at = Number(await mark.getAttribute('data-step'))
  await mark.click()
  await expect(page.getByTestId('past-bar')).toContainText(`After step ${at} of 400`)
  await page.getByTestId('back-to-now').click()
  // By keyboard: the bar is one stop, the arrow keys go from button to button.
  await mark.focus()
  await page.keyboard.press('ArrowRight')
  await expect(mark).not.toBeFocused()
  await page.keyboard.press('ArrowLeft')
  await expect(mark).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('past-bar')).toContainText(`After step ${at} of 400`)

  // The chart: a click in it goes to that step, too; it can be saved.
  await page.getByTestId('heads-course-view').click()
  await expect(page.getByTestId('course-score')).toHaveValue('induction')
  const chart = page.getByTestId('head-course').getByRole('img')
  const box = (await chart.boundingBox())!
  await chart.click({ position: { x: box.width / 2, y: Math.min(40, box.height / 2) } })
  await expect(page.getByTestId('past-bar')).not.toContainText(`After step ${at} of 400`)
  await page.getByTestId('course-score').selectOption('entropy')
  const saving = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Copy or save: All heads over time: entropy' }).click()
  await page.getByRole('menuitem', { name: 'Save CSV' }).click()
  const csv = await readFile(await (await saving).path(), 'utf8')
  expect(csv.split('\r\n')[0]).toMatch(/^step,block,head,entropy,distance,/)
  expect(csv).toMatch(/\r\n400,attention-2,1,0\./)
  await page.getByTestId('heads-table-view').click()
  const table = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Copy or save: Heads' }).click()
  await page.getByRole('menuitem', { name: 'Save CSV' }).click()
  const lines = (await readFile(await (await table).path(), 'utf8')).trim().split('\r\n')
  expect(lines).toHaveLength(6)
  expect(csv).toContain(lines[1])
  await page.getByTestId('back-to-now').click()
  expect(await violationsIn(page, '[data-testid="heads"]', '[role="toolbar"]')).toEqual([])

  // Nothing of it is in the record.
  expect(await page.getByTestId('metrics').innerText()).toBe(metrics)
  expect(app.errors).toEqual([])
})

test('a model in training is scored, and the scoring can be cancelled', async ({ app }) => {
  test.setTimeout(180_000)
  const { page } = app
  await openLab(page, 'induction')
  await page.getByTestId('play').click()
  await page.getByTestId('tab-heads').click()
  await page.getByTestId('heads-measure').click()
  await page.getByTestId('heads-cancel').click()
  await expect(page.getByTestId('heads-measure')).toBeVisible()
  await expect(page.getByTestId('head-table')).toHaveCount(0)
  await page.getByTestId('heads-measure').click()
  await expect(rows(page)).toHaveCount(5, { timeout: 60_000 })
  await expect(page.getByTestId('run-state')).toHaveText(/Training|Finished/)

  // Over time, of the steps there are so far.
  await page.getByTestId('heads-course').click()
  await expect(page.getByTestId('head-table').locator('svg polyline')).toHaveCount(5, { timeout: 60_000 })
})

/** Looks belong to a page: two pages look at one run differently, and an ended run can still be looked at. */
import type { Page } from '@playwright/test'
import { expect, openEmpty, openLab, reload, test } from './fixtures'

const stat = async (page: Page, name: string): Promise<string> => (await page.getByTestId(`stat-${name}`).textContent()) ?? ''
const percent = (text: string): number => Number(/([\d.]+)\s*%/.exec(text)?.[1])

/** Opens the only run of the workspace from the list. */
async function openRun(page: Page): Promise<void> {
  await openEmpty(page)
  await page.getByTestId('runs').click()
  await page.getByTestId('run-open').click()
  await expect(page.getByTestId('sample-0')).toBeVisible({ timeout: 30_000 })
}
async function muteHead(page: Page): Promise<void> {
  await page.getByTestId('node-attention-1').click()
  await page.getByTestId('tab-live').click()
  await page.getByTestId('mute-0').click()
}

test('two pages look at different samples of one run, one mutes a head without affecting the other; a third opens the finished run, mutes a block, and enters its own sequence', async ({
  app,
}, info) => {
  test.skip(info.project.name === 'electron', 'the desktop has one window')
  test.setTimeout(300_000)
  const first = app.page
  await openLab(first, 'reverse')
  await first.getByTestId('training-settings').click()
  await first.getByTestId('field-steps').fill('500')
  await first.getByTestId('field-steps').press('Enter')
  await first.keyboard.press('Escape')
  await first.getByTestId('play').click()
  await expect
    .poll(async () => Number((await stat(first, 'step')).replace(/\D/g, '')), { timeout: 60_000 })
    .toBeGreaterThan(100)
  await first.getByTestId('pause').click()
  await expect(first.getByTestId('run-state')).toHaveText('Paused')

  const second = await first.context().newPage()
  await second.goto(first.url())
  await openRun(second)
  await second.getByTestId('sample-3').click()
  await expect(second.getByTestId('sample-3')).toHaveAttribute('aria-pressed', 'true')
  await expect(first.getByTestId('sample-0')).toHaveAttribute('aria-pressed', 'true')

  const figures = async () => ({
    loss: await stat(first, 'loss'),
    accuracy: await stat(first, 'accuracy'),
    metrics: await first.getByTestId('metrics').innerText(),
    samples: await first.getByRole('region', { name: 'Validation samples' }).innerText(),
  })
  const before = await figures()
  await muteHead(second)
  await expect(second.getByTestId('mute-accuracy')).toBeVisible({ timeout: 60_000 })
  await expect(second.getByTestId('mute-bar')).toContainText('head 1 of Multi-head attention 1')
  expect(await figures()).toEqual(before)
  await expect(first.getByTestId('mute-bar')).toHaveCount(0)

  await first.getByTestId('play').click()
  await expect(first.getByTestId('run-state')).toHaveText('Finished', { timeout: 120_000 })
  await first.close()
  await second.close()

  const third = await first.context().newPage()
  await third.goto(first.url())
  await openRun(third)
  await expect(third.getByTestId('run-state')).toHaveText('Finished')
  const record = [await stat(third, 'loss'), await stat(third, 'accuracy'), await third.getByTestId('metrics').innerText()]
  await third.getByTestId('node-attention-1').click()
  await third.getByTestId('tab-live').click()
  for (const head of [0, 1, 2, 3]) await third.getByTestId(`mute-${head}`).click()
  await expect(third.getByTestId('mute-bar')).toContainText('all heads of Multi-head attention 1')
  await expect(third.getByTestId('mute-accuracy')).toBeVisible({ timeout: 60_000 })
  const [plain, changed] = ((await third.getByTestId('mute-accuracy').textContent()) ?? '').split('→').map(percent)
  expect(plain).toBeGreaterThan(changed! + 10)
  expect([await stat(third, 'loss'), await stat(third, 'accuracy'), await third.getByTestId('metrics').innerText()]).toEqual(
    record,
  )

  await third.getByTestId('mute-broken').click()
  const broken = third.locator('[data-testid^="broken-"]').first()
  const number = Number(await broken.textContent())
  await broken.click()
  await third.keyboard.press('Escape')
  await expect(third.getByTestId(`sample-${number - 1}`)).toHaveAttribute('aria-pressed', 'true')
  await third.getByTestId('unmute-all').click()
  await expect(third.getByTestId('mute-bar')).toHaveCount(0)

  await third.getByTestId('node-feed-forward-1').click()
  const neurons = third.getByTestId('neurons').locator('canvas')
  await neurons.focus()
  for (const key of ['ArrowRight', 'ArrowRight', 'Enter']) await third.keyboard.press(key)
  await expect(third.getByTestId('mute-bar')).toContainText('neuron 2 of Feed-forward')
  await expect(third.getByTestId('mute-loss')).toBeVisible({ timeout: 60_000 })
  await third.getByTestId('neurons-mute-all').click()
  await expect(third.getByTestId('mute-bar')).toContainText('all neurons of Feed-forward')
  await third.getByTestId('mute-undo').click()
  await neurons.click({ position: { x: 150, y: 10 } })
  await expect(third.getByTestId('mute-bar')).toContainText('neuron 2 of Feed-forward')
  await expect(third.getByTestId('neurons-muted')).toHaveText(/^2 of /)
  await third.getByTestId('unmute-all').click()
  await third.getByTestId('node-attention-1').click()

  await third.getByTestId('own-text').fill('abcdefgh')
  const own = third.getByTestId('own-row').locator('.column')
  await expect(own).toHaveCount(8, { timeout: 30_000 })
  await expect(own.locator('.predicted')).toHaveText(Array.from('hgfedcba'))
  await expect(third.getByTestId('attention-map')).toBeVisible()
  await expect(third.getByRole('group', { name: 'Validation sample' }).first()).toContainText('custom')
  await third.getByTestId('own-text').fill('abcdabcdabcdabcd')
  await expect(third.getByTestId('own-problem')).toContainText('accepts at most 12')
  expect(app.errors).toEqual([])
})

test('a chart shown during training stays when training ends, and after a reload of the page', async ({ app }) => {
  const { page } = app
  await openLab(page, 'reverse')
  await page.getByTestId('play').click()
  await page.getByTestId('node-attention-1').click()
  await page.getByTestId('tab-live').click()
  await expect(page.getByTestId('attention-map')).toBeVisible({ timeout: 30_000 })
  await page.getByTestId('stop').click()
  await expect(page.getByTestId('run-state')).toHaveText('Stopped')
  await expect(page.getByTestId('attention-map')).toBeVisible()
  await page.getByTestId('sample-2').click()
  await expect(page.getByTestId('sample-2')).toHaveAttribute('aria-pressed', 'true')

  await reload(page)
  await expect(page.getByTestId('run-state')).toHaveText('Stopped')
  await expect(page.getByTestId('sample-2')).toBeVisible({ timeout: 30_000 })
  await page.getByTestId('node-attention-1').click()
  await page.getByTestId('tab-live').click()
  await expect(page.getByTestId('attention-map')).toBeVisible()
  expect(app.errors).toEqual([])
})

test('a heat map is enlarged, searched for a token, and scaled by row', async ({ app }) => {
  const { page } = app
  await openLab(page, 'tiny-gpt')
  await page.getByTestId('step').click()
  await page.getByTestId('node-attention-1').click()
  await page.getByTestId('tab-live').click()
  await page.getByTestId('attention-map').getByTestId('enlarge').click()
  const dialog = page.getByRole('dialog')
  const map = dialog.getByTestId('large-map')
  await expect(map.locator('canvas')).toBeVisible()
  await dialog.getByTestId('map-search').fill('e')
  await expect(dialog.getByTestId('map-found')).toHaveText(/^1 of [1-9]/)
  const first = await dialog.locator('output').innerText()
  await dialog.getByTestId('map-search').press('Enter')
  await expect(dialog.getByTestId('map-found')).toHaveText(/^2 of/)
  await expect(dialog.locator('output')).not.toHaveText(first)
  await dialog.getByTestId('map-by-row').click()
  await expect(dialog.getByTestId('map-by-row')).toHaveAttribute('aria-checked', 'true')
  await page.keyboard.press('Escape')
  await expect(map).toHaveCount(0)
  await page.getByTestId('tab-arithmetic').click()
  await expect(page.getByTestId('attention-steps')).toBeVisible()
  await expect(page.getByTestId('inspector').locator('tbody tr')).toHaveCount(32) // a row of scores and weights for each key
  expect(app.errors).toEqual([])
})

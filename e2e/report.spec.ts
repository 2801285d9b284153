/** HTML reports of a run and of a comparison: opened without scripts and without a network. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Download, Page } from '@playwright/test'
import { violationsIn } from './axe'
import { expect, openLab, test } from './fixtures'
import { train } from './train-runs'

async function saved(page: Page, click: () => Promise<void>): Promise<Download> {
  const file = page.waitForEvent('download')
  await click()
  return file
}

test('a run and a comparison are saved as one file each, which opens without scripts and without a network', async ({
  app,
  chromium,
  workspace,
}) => {
  test.skip(chromium === null, 'the desktop window has no second page')
  test.setTimeout(180_000)
  const { page } = app
  await openLab(page, 'reverse')
  await train(app, 1, { steps: '20', evaluateEvery: '5', seed: '1' })
  await train(app, 2, { seed: '2' })
  await page.getByTestId('runs').click()
  const newest = page.getByTestId('run-list').getByRole('listitem').first()
  await newest.getByTestId('run-edit').click()
  const evil = '<script>document.title="no"</script><b>Bold</b>'
  await newest.getByTestId('run-name').fill(evil)
  await newest.getByTestId('run-note').fill('Second\n<img src=x onerror="document.title=1">')
  await newest.getByTestId('run-label-save').click()
  await expect(newest).toContainText('Bold')

  const single = await saved(page, () => newest.getByTestId('run-report').click())
  expect(single.suggestedFilename()).toMatch(/\.html$/)
  const paths = { single: join(workspace, 'single.html'), both: join(workspace, 'both.html') }
  await single.saveAs(paths.single)

  for (const row of [0, 1]) await page.getByTestId('run-tick').nth(row).check()
  await page.getByTestId('runs-compare').click()
  await expect(page.getByTestId('compare-B')).toContainText('20')
  await (await saved(page, () => page.getByTestId('compare-report').click())).saveAs(paths.both)

  // What people wrote is text, and nothing is loaded from elsewhere.
  const text = await readFile(paths.both, 'utf8')
  expect(text.match(/<script|<img|<[^>]*\s(src|href)=/g)).toBeNull()

  const offline = await chromium!.newContext({
    javaScriptEnabled: false,
    offline: true,
    viewport: { width: 1100, height: 900 },
  })
  const requests: string[] = []
  offline.on('request', (request) => requests.push(request.url()))
  const reader = await offline.newPage()
  await reader.goto(`file://${paths.single}`)
  await expect(reader.getByRole('heading', { level: 1 })).toHaveText(evil)
  await expect(reader.getByText('Second')).toContainText('<img src=x')
  await expect(reader.getByRole('heading', { name: 'Results' })).toBeVisible()
  await expect(reader.getByRole('img', { name: 'validation: accuracy' })).toBeVisible()
  await expect(reader.getByRole('row', { name: /^Batch size/ })).toBeVisible()
  await expect(reader.getByText(/state hash [0-9a-f]{16}/)).toBeVisible()

  await reader.goto(`file://${paths.both}`)
  await expect(reader).toHaveTitle('Comparison of 2 runs')
  // Among the results, and among the settings that differ.
  await expect(reader.getByRole('row', { name: /^Seed 2 1$/ })).toHaveCount(2)
  await expect(reader.getByText('All runs have the same graph.')).toBeVisible()
  for (const width of [1100, 600]) {
    await reader.setViewportSize({ width, height: 900 })
    const overflow = await reader.locator('body').evaluate((body) => body.scrollWidth - body.clientWidth)
    expect(overflow, `${width} px`).toBeLessThanOrEqual(0)
  }
  expect(requests).toEqual([`file://${paths.single}`, `file://${paths.both}`])
  await offline.close()

  // axe itself needs scripts.
  const checked = await chromium!.newContext({ offline: true, bypassCSP: true })
  const second = await checked.newPage()
  await second.goto(`file://${paths.both}`)
  expect(await violationsIn(second)).toEqual([])
  await checked.close()

  await page.keyboard.press('Escape')
  await page.getByTestId('language-zh').click()
  await page.getByTestId('runs').click()
  const chinese = await saved(page, () => newest.getByTestId('run-report').click())
  const zh = await readFile(await chinese.path(), 'utf8')
  expect(zh).toContain('<html lang="zh-CN">')
  expect(zh).toContain('验证集上的各类别')
  expect(app.errors).toEqual([])
})

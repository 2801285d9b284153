/** Patching between two inputs, and what each part of the model is worth, by mouse and keyboard. */
import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { expectAccessible } from './axe'
import { expect, openLab, test, train } from './fixtures'

async function type(page: Page, which: 'a' | 'b', text: string): Promise<void> {
  await page.getByTestId(`patch-edit-${which}-tokens`).click()
  await page.getByTestId(`patch-type-${which}-tokens`).fill(text)
  await page.getByTestId(`patch-type-${which}-tokens`).press('Enter')
}
const chips = (page: Page, which: 'a' | 'b') => page.getByTestId(`patch-${which}-tokens`).getByRole('button')
const shares = async (page: Page, name: string) =>
  (await page.getByTestId(`patch-distribution-${name}`).innerText()).split('\n')

async function saved(page: Page, button: string): Promise<string> {
  const waiting = page.waitForEvent('download')
  await page.getByTestId(button).click()
  return readFile(await (await waiting).path(), 'utf8')
}

test('an activation of A is put into B: a token is changed, a place chosen in every way, the map saved', async ({
  app,
}, info) => {
  test.setTimeout(300_000)
  const { page } = app
  await openLab(page, 'associative-recall')
  await page.getByTestId('patch-open').click()
  await expect(page.getByTestId('patch-hint')).toContainText('Click Train')
  await page.getByTestId('patch-close').click()
  await expect(page.getByTestId('inspector')).toBeVisible()
  await train(page, 1500)

  // From a sample in the inspector of a block.
  await page.getByTestId('sample-2').click()
  await page.getByTestId('node-attention-2').click()
  await page.getByTestId('tab-live').click()
  await page.getByTestId('inspector').getByTestId('patch-sample').click()
  await expect(page.getByTestId('patch-hint')).toContainText('A and B are the same')
  expect(await chips(page, 'a').allInnerTexts()).toEqual(await page.getByTestId('sample-2').locator('.token').allInnerTexts())
  await type(page, 'a', 'a1b2c3b')
  expect(await chips(page, 'a').allInnerTexts()).toEqual(['a', '1', 'b', '2', 'c', '3', 'b'])
  expect(await chips(page, 'b').allInnerTexts()).toEqual(['a', '1', 'b', '2', 'c', '3', 'b'])
  // What has no token is left out, and said.
  await type(page, 'a', 'a1b2c3b!')
  await expect(page.getByTestId('patch-left-out')).toContainText('!')
  expect(await chips(page, 'a').allInnerTexts()).toEqual(['a', '1', 'b', '2', 'c', '3', 'b'])
  await type(page, 'a', '!')
  await expect(page.getByRole('alert')).toContainText('not in the vocabulary')
  await page.getByTestId('patch-type-a-tokens').press('Escape')
  await type(page, 'a', 'a1b2c3b')

  await chips(page, 'a').nth(3).click()
  await page.getByTestId('patch-token-find').fill('7')
  await page.getByTestId('patch-token-find').press('Enter')
  expect(await chips(page, 'b').allInnerTexts()).toEqual(['a', '1', 'b', '7', 'c', '3', 'b'])
  await expect(page.getByTestId('patch-answer-a')).toHaveText(/^2 [01]\.\d{3}/, { timeout: 30_000 })
  await expect(page.getByTestId('patch-answer-b')).toHaveText(/^7 [01]\.\d{3}/)
  const map = page.getByTestId('patch-map-tokens')
  await expect(map).toBeVisible()
  const chosen = page.getByTestId('patch-chosen')

  // By dragging the token of A onto B: the activation of the chosen row there.
  await chips(page, 'a').nth(0).dragTo(chips(page, 'b').nth(2))
  await expect(chosen).toContainText('at position 1')
  // By keyboard, up to the embedding, and along it to the changed token: all of the answer comes back.
  await map.focus()
  for (let row = 0; row < 20; row++) await page.keyboard.press('ArrowUp')
  for (let column = 0; column < 3; column++) await page.keyboard.press('ArrowRight')
  await expect(chosen).toContainText('Embedding at position 4')
  await expect(chosen).toContainText('100 %')
  expect((await shares(page, 'patched')).slice(2)).toEqual((await shares(page, 'a')).slice(2))
  // By clicking: another position of the same row changes nothing.
  await map.locator('svg').click({ position: { x: 126 + 12, y: 18 + 10 } })
  await expect(chosen).toContainText('Embedding at position 1')
  await expect(chosen).toContainText('0 %')
  expect((await shares(page, 'patched')).slice(2)).toEqual((await shares(page, 'b')).slice(2))

  await expect(page.getByTestId('patch-layers').getByRole('table')).toContainText('2')

  const rows = (await saved(page, 'patch-csv')).trim().split('\r\n')
  expect(rows[0]).toBe(',a,1,b,2,c,3,b')
  const embedding = rows
    .find((row) => row.startsWith('Embedding'))!
    .split(',')
    .slice(1)
    .map(Number)
  expect(embedding.map((effect) => Math.round(effect * 1000) / 1000 + 0)).toEqual([0, 0, 0, 1, 0, 0, 0])
  const svg = await saved(page, 'patch-svg')
  expect(svg).toMatch(/^<svg [^]*What brings back “2”\?[^]*<\/svg>\s*$/)

  await page.getByTestId('patch-swap').click()
  await expect(page.getByTestId('patch-answer-a')).toHaveText(/^7 /, { timeout: 30_000 })
  expect(await chips(page, 'b').allInnerTexts()).toEqual(['a', '1', 'b', '2', 'c', '3', 'b'])
  await expectAccessible(page)

  if (info.project.name === 'browser') {
    await page.getByTestId('rail').focus()
    await page.keyboard.press('Home')
    await expect(page.getByTestId('patch')).toContainText('step 0', { timeout: 30_000 })
    await page.keyboard.press('End')
    await expect(page.getByTestId('patch')).toContainText('step 1,500', { timeout: 30_000 })
  }
  expect(app.errors).toEqual([])
})

test('what each block and head is worth is on the canvas, also at an earlier step and with something muted', async ({
  app,
}) => {
  test.setTimeout(300_000)
  const { page } = app
  await openLab(page, 'associative-recall')
  await page.getByTestId('worth-open').click()
  await expect(page.getByTestId('worth-said')).toContainText('Train the model')
  await train(page, 1500)
  await expect(page.getByTestId('worth-said')).toContainText('step 1,500', { timeout: 60_000 })
  const points = async (part: string) => Number((await page.getByTestId(`worth-${part}`).innerText()).replace('−', '-'))
  expect(await points('embedding-output')).toBeLessThan(-50)
  expect(await points('attention-2-heads')).toBeLessThan(-50)
  await expect(page.getByTestId('worth-attention-1-head-4')).toBeVisible()
  expect(await points('norm-output')).toBeLessThan(-50)

  await page.getByTestId('node-attention-2').click()
  await page.getByTestId('tab-live').click()
  await page.getByTestId('mute-0').click()
  await expect(page.getByTestId('mute-bar')).toContainText('head 1')
  await expect(page.getByTestId('worth-attention-2-heads')).toBeVisible({ timeout: 60_000 })
  await expect(page.getByTestId('worth-attention-2-head-1')).toHaveCount(0)
  await page.getByTestId('mute-undo').click()
  await expect(page.getByTestId('worth-attention-2-head-1')).toBeVisible({ timeout: 60_000 })
  await expectAccessible(page)

  await page.getByTestId('rail').focus()
  await page.keyboard.press('Home')
  await expect(page.getByTestId('worth-said')).toContainText('step 0', { timeout: 60_000 })
  expect(Math.abs(await points('attention-2-heads'))).toBeLessThan(20)
  await page.getByTestId('worth-switch').click()
  await expect(page.getByTestId('worth-attention-2-heads')).toHaveCount(0)
  await expect(page.getByTestId('mute-bar')).toHaveCount(0)
  expect(app.errors).toEqual([])
})

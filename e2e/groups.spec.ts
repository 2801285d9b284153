/** Groups: created from blocks, named, repeated, opened, inspected during training, and ungrouped. */
import type { Page } from '@playwright/test'
import { expect, openLab, test } from './fixtures'

const number = (text: string | null): number => Number((text ?? '').replace(/[^\d.eE+-]/g, ''))
const parameters = async (page: Page): Promise<number> => number(await page.getByTestId('parameters').textContent())

/** Opens the lab that reverses sequences, whose norm and attention will be grouped. */
async function openReverse(page: Page): Promise<void> {
  await openLab(page, 'reverse')
  await expect(page.getByTestId('node-attention-1')).toBeVisible()
}

test('two blocks are grouped, repeated, trained, inspected and ungrouped', async ({ app }) => {
  const { page } = app
  await openReverse(page)
  const before = await page.locator('.vue-flow__node').count()

  await page.getByTestId('node-attention-1').click()
  await page.getByTestId('node-norm-attention-1').click({ modifiers: ['Control'] })
  await page.keyboard.press('Control+g')
  const group = page.getByTestId('node-group')
  await expect(group).toBeVisible()
  await expect(page.locator('.vue-flow__node')).toHaveCount(before - 1)
  await expect(page.getByTestId('diagnostic')).toHaveCount(0)

  await page.getByTestId('field-group-name').fill('Attention step')
  await page.getByTestId('field-group-name').press('Enter')
  await expect(group).toContainText('Attention step')
  const once = await parameters(page)
  await page.getByTestId('field-repeat').fill('3')
  await page.getByTestId('field-repeat').press('Enter')
  await expect(group).toContainText('× 3')
  await expect.poll(() => parameters(page)).toBe(3 * once) // analysed in a worker

  await page.getByTestId('step').click()
  await expect.poll(async () => number(await page.getByTestId('stat-step').textContent()), { timeout: 30_000 }).toBe(1)

  await group.dblclick()
  await expect(page.getByTestId('scope-trail')).toContainText('Attention step')
  await page.getByTestId('scope-repetition').click()
  await page.getByRole('option', { name: /2/ }).first().click()
  await page.getByTestId('node-attention-1').click()
  await page.getByTestId('tab-live').click()
  await expect(page.getByTestId('attention-map')).toBeVisible()

  await page.getByTestId('node-attention-1').focus()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await expect(page.getByTestId('scope-trail')).toHaveCount(0)
  await expect(group).toBeVisible()

  await group.click()
  await page.keyboard.press('Control+Shift+g')
  await expect(group).toHaveCount(0)
  await expect(page.locator('.vue-flow__node')).toHaveCount(before + 4)
  await expect(page.getByTestId('diagnostic')).toHaveCount(0)
  await page.keyboard.press('Control+z')
  await expect(group).toBeVisible()
  expect(app.errors).toEqual([])
})

test('a group appears in the palette, and each use has its own exposed settings', async ({ app }) => {
  const { page } = app
  await openReverse(page)
  await page.getByTestId('palette-item-group:transformer-block').click()
  const group = page.getByTestId('node-group')
  await expect(group).toBeVisible()
  await page.getByTestId('field-heads').fill('2')
  await page.getByTestId('field-heads').press('Enter')

  await group.press('Enter')
  await expect(page.getByTestId('group-port-out-x')).toBeVisible()
  await page.getByTestId('node-attention').click()
  await page.getByTestId('tab-settings').click()
  await expect(page.getByTestId('field-heads')).toHaveValue('4')
  await expect(page.getByTestId('expose-heads')).toHaveAttribute('aria-pressed', 'true')
  await page.getByTestId('expose-heads').click()
  await page.getByTestId('scope-0').click()
  await expect(page.getByTestId('field-heads')).toHaveCount(0)
  await expect(page.getByTestId('field-hidden')).toBeVisible()
  expect(app.errors).toEqual([])
})

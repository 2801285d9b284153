/** What the specs of lessons share: opening one, and what must hold on every screen. */
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect } from './fixtures'

export async function openLesson(page: Page, id: string): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.getByTestId('command-field').fill(id)
  await page.getByTestId(`command-lesson.open.${id}`).click()
  await expect(page.getByTestId('lesson')).toBeVisible()
}
const violations = async (page: Page, part?: string): Promise<string[]> => {
  const axe = new AxeBuilder({ page })
  const { violations: found } = await (part ? axe.include(part) : axe).analyze()
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)
}
/** Elements of the lesson that are wider than their room; formulas and live views scroll by themselves. */
const clipped = (page: Page): Promise<string[]> =>
  page.getByTestId('lesson').evaluate((lesson) =>
    [...lesson.querySelectorAll<HTMLElement>('*')]
      .filter((each) => !each.closest('svg, math, .sr-only, .ui-truncate, .table, canvas, .view'))
      .filter((each) => each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).display !== 'inline')
      .map((each) => `${each.tagName} ${each.className}: ${each.scrollWidth} > ${each.clientWidth}`),
  )
/** `axe`: what the rules of accessibility are checked on. */
export async function isSound(page: Page, errors: readonly string[], axe: 'page' | 'lesson' | null = 'page'): Promise<void> {
  if (axe) expect(await violations(page, axe === 'lesson' ? '[data-testid="lesson"]' : undefined)).toEqual([])
  expect(await clipped(page)).toEqual([])
  expect(await page.evaluate(() => document.body.scrollWidth <= innerWidth)).toBe(true)
  expect(errors).toEqual([])
}

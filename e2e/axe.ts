/** What axe finds on a page. */
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect } from './fixtures'

/** On the whole page, or in the parts with these selectors. Each with its elements, so that a failure says where. */
export async function violationsIn(page: Page, ...parts: readonly string[]): Promise<string[]> {
  const axe = parts.reduce((builder, part) => builder.include(part), new AxeBuilder({ page }))
  const { violations } = await axe.analyze()
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)
}

/** Expects none in either theme and language. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    for (const language of ['zh', 'en'] as const) {
      await page.getByTestId(`language-${language}`).click()
      expect(await violationsIn(page), `${theme}, ${language}`).toEqual([])
    }
  }
}

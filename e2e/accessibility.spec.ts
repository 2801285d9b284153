/** For every pair of eyes: the workbench has no accessibility violation that axe knows, in either theme, with a lab open and training. */
import AxeBuilder from '@axe-core/playwright'
import { expect, test } from './fixtures'

for (const theme of ['light', 'dark'] as const) {
  test(`no violations in the ${theme} theme`, async ({ app }) => {
    const { page } = app
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    await page.reload()
    const violations = async () => {
      const { violations } = await new AxeBuilder({ page }).analyze()
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)
    }
    expect(await violations()).toEqual([]) // the gallery
    await page.getByTestId('gallery-lab-pos-tagging').click()
    await page.getByTestId('play').click()
    await page.getByTestId('node-attention').click()
    await page.getByTestId('tab-live').click()
    await expect(page.getByTestId('attention-map')).toBeVisible({ timeout: 30_000 })
    expect(await violations()).toEqual([])

    await page.getByTestId('logo').click()
    await page.getByTestId('gallery-lab-tiny-gpt').click()
    await page.getByTestId('play').click()
    await page.getByTestId('tab-generation').click()
    await page.getByTestId('generate').click()
    await expect(page.getByTestId('generation-facts')).toContainText('200 tokens', { timeout: 30_000 })
    expect(await violations()).toEqual([])
  })
}

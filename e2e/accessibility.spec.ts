/** Accessibility: axe finds no violations in the workbench, in either theme, with a lab open and training. */
import { expectAccessible, violationsIn } from './axe'
import { expect, openLab, reload, test } from './fixtures'
import { chooseProjector, sizes } from './sizes'

for (const theme of ['light', 'dark'] as const) {
  test(`no violations in the ${theme} theme`, async ({ app }) => {
    const { page } = app
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    await reload(page)
    expect(await violationsIn(page)).toEqual([]) // the gallery
    await openLab(page, 'pos-tagging')
    await page.getByTestId('play').click()
    await page.getByTestId('node-attention').click()
    await page.getByTestId('tab-live').click()
    await expect(page.getByTestId('attention-map')).toBeVisible({ timeout: 30_000 })
    expect(await violationsIn(page)).toEqual([])

    await page.getByTestId('logo').click()
    await openLab(page, 'tiny-gpt')
    await page.getByTestId('play').click()
    await page.getByTestId('tab-generation').click()
    await page.getByTestId('generate').click()
    await expect(page.getByTestId('generation-facts')).toContainText('200 tokens', { timeout: 30_000 })
    expect(await violationsIn(page)).toEqual([])
  })
}

for (const { name, width, height, projector } of sizes) {
  test(`no violations at ${name}, in both languages and themes, with a block’s settings open`, async ({ app }, info) => {
    test.skip(info.project.name === 'electron', 'the size of the window is the person’s')
    const { page } = app
    await page.setViewportSize({ width, height })
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await openLab(page, 'reverse')
    if (projector) await chooseProjector(page)
    await page.getByTestId('node-embedding').click()
    await page.getByTestId('node-embedding').press('Enter')
    await expect(page.getByTestId('inspector')).toBeVisible()
    await expectAccessible(page)
  })
}

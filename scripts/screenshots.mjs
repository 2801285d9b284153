/** Takes the screenshots of the workbench in docs/: a tagger halfway through training, in both languages and themes. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './process.mjs'
import { openWorkbench } from './workbench.mjs'

const folder = join(root, 'docs')
mkdirSync(folder, { recursive: true })
for (const [theme, language] of /** @type {const} */ ([
  ['light', 'en'],
  ['dark', 'zh'],
  ['dark', 'en'],
  ['light', 'zh'],
])) {
  const { page, close } = await openWorkbench({
    viewport: { width: 1440, height: 900 },
    colorScheme: theme,
    locale: language === 'zh' ? 'zh-CN' : 'en-GB',
  })
  await page.getByTestId('gallery-lab-pos-tagging').click()
  await page.getByTestId('node-attention').click()
  await page.getByTestId('tab-live').click()
  await page.getByTestId('play').click()
  const step = async () => Number((await page.getByTestId('stat-step').innerText()).replace(/\D/g, ''))
  while ((await step()) < 700) await page.waitForTimeout(100)
  await page.screenshot({ path: join(folder, `workbench-${theme}-${language}.png`) })
  await close()
}

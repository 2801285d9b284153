/**
 * Takes the screenshots in docs/: the workbench with a tagger halfway through training, in both languages and themes, and the teacher's page of a
 * class.
 */
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

const title = '高一（3）班'
const desk = ['desk', '--host', '127.0.0.1', '--port', '7171', '--title', title]
const { page: teacher, close } = await openWorkbench(
  { viewport: { width: 1440, height: 900 }, colorScheme: 'light', locale: 'zh-CN' },
  root,
  () => undefined,
  desk,
)
await teacher.getByTestId('gallery-lab-single-head').click()
await teacher.getByTestId('class-open').click()
const code = (await teacher.getByTestId('class-code').textContent()) ?? ''
const browser = teacher.context().browser()
if (!browser) throw new Error('The pages have no browser.')
const pupils = []
for (const name of ['李雷', '韩梅梅', '王小明', '张伟', '刘洋', '陈静']) {
  const pupil = await (await browser.newContext({ locale: 'zh-CN' })).newPage()
  await pupil.goto(new URL(teacher.url()).origin)
  await pupil.getByTestId('door-name').fill(name)
  await pupil.getByTestId('door-code').fill(code)
  await pupil.getByTestId('door-enter').click()
  await pupil.getByTestId('door-continue').click()
  await pupil.locator('[data-testid="workbench"][aria-busy="false"]').waitFor({ state: 'attached' })
  await pupil.keyboard.press('Escape')
  pupils.push(pupil)
}
await teacher.getByTestId('class-own-seeds').check()
await teacher.getByTestId('class-show').click()
for (const pupil of pupils.slice(0, 5)) {
  await pupil.getByTestId('toast').last().waitFor()
  await pupil.getByTestId('play').click()
}
await pupils[1].getByTestId('ask-for-help').click()
await teacher.getByTestId('tab-class-screens').click()
while ((await teacher.locator('[data-testid="class-screens"] polyline').count()) < 5) await teacher.waitForTimeout(200)
await teacher.screenshot({ path: join(folder, 'class-light-zh.png') })
await close()

/** A lesson in a room without internet: a teacher at the desk, two pupils in their browsers, in Chinese. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Browser, Page } from '@playwright/test'
import { violationsIn } from './axe'
import { expect as usual, isReady, openLab, test } from './fixtures'

/** Kits are read in a process of their own, which has to start. */
const expect = usual.configure({ timeout: 20_000 })

test.use({ classTitle: '高一（3）班' })

/** Another computer of the room with a lab of its own. */
async function startLab(browser: Browser): Promise<{ page: Page; close(): Promise<void> }> {
  const home = await mkdtemp(join(tmpdir(), 'attention-lab-own-'))
  const server = spawn(process.execPath, [resolve('bin', 'attention-lab.mjs'), 'serve', '--json'], {
    env: { ...process.env, ATTENTION_LAB_HOME: home },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [first] = (await once(server.stdout, 'data')) as [Buffer]
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto((JSON.parse(String(first)) as { address: string }).address)
  await isReady(page)
  return {
    page,
    async close() {
      await context.close()
      if (server.kill()) await once(server, 'exit')
      await rm(home, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** A pupil's own browser, through the door. */
async function enter(browser: Browser, origin: string, name: string, code: string): Promise<{ page: Page; key: string }> {
  const page = await (await browser.newContext({ locale: 'zh-CN' })).newPage()
  await page.goto(origin)
  await expect(page.getByTestId('door')).toContainText('高一（3）班')
  await page.getByTestId('door-name').fill(name)
  await page.getByTestId('door-code').fill(code.toLowerCase())
  await page.getByTestId('door-enter').click()
  const key = (await page.getByTestId('door-key').textContent()) ?? ''
  await page.getByTestId('door-continue').click()
  await isReady(page)
  return { page, key }
}

async function perform(page: Page, command: string): Promise<void> {
  await page.keyboard.press('Control+k')
  await page.keyboard.type(command)
  await page.keyboard.press('Enter')
}

test('pupils join, get a kit, train, ask for help and hand in; the teacher sees it and grades', async ({
  app,
  chromium,
}, info) => {
  test.skip(info.project.name === 'electron', 'a desk serves browsers')
  test.setTimeout(180_000)
  const teacher = app.page
  const { origin } = new URL(teacher.url())
  await teacher.getByRole('dialog').getByTestId('language-zh').click()
  await openLab(teacher, 'single-head')
  await perform(teacher, '课堂包')
  await teacher.getByTestId('kits-make').click()
  await teacher.getByTestId('kit-title').fill('第一课')
  await teacher.getByTestId('make-lesson-start').check()
  await teacher.getByTestId('make-add').click()
  await teacher.getByTestId('make-make').click()
  await expect(teacher.getByTestId('kit-grade')).toBeVisible()
  await teacher.keyboard.press('Escape')

  await teacher.getByTestId('class-open').click()
  await expect(teacher.getByTestId('class-count')).toHaveText('已连接 0/0')
  await expect(teacher.getByTestId('class-address')).toHaveText(origin.replace('http://', ''))
  const code = (await teacher.getByTestId('class-code').textContent()) ?? ''
  await teacher.getByTestId('class-kit').click()
  await teacher.getByRole('option', { name: '第一课' }).click()

  const stranger = await (await chromium!.newContext({ locale: 'zh-CN' })).newPage()
  await stranger.goto(origin)
  await stranger.getByTestId('door-name').fill('外人')
  await stranger.getByTestId('door-code').fill('0000')
  await stranger.getByTestId('door-enter').click()
  await expect(stranger.getByTestId('door-problem')).toContainText('代码不正确')
  expect(await violationsIn(stranger, '[data-testid="door"]')).toEqual([])
  await stranger.context().close()

  const [ada, bo] = [await enter(chromium!, origin, '李雷', code), await enter(chromium!, origin, '韩梅梅', code)]
  await expect(teacher.getByTestId('class-count')).toHaveText('已连接 2/2')
  expect(teacher.url()).not.toContain(code)

  await expect(ada.page.getByTestId('kits')).toBeVisible() // the kit has arrived
  await ada.page.getByTestId('assignment-open-assignment-1').click()
  await ada.page.getByTestId('play').click()
  await expect(ada.page.getByTestId('run-state')).toHaveText('已完成', { timeout: 90_000 })
  await perform(ada.page, '课堂包')
  await ada.page.getByTestId('kit-hand-in').click()
  await expect(teacher.getByTestId('class-works')).toHaveText('已交 1 份作业')

  await teacher.getByTestId('pupil-李雷').click()
  await expect(teacher.getByTestId('pupil-screen')).toContainText('单个注意力头')

  await bo.page.keyboard.press('Escape')
  await bo.page.getByTestId('ask-for-help').click()
  await expect(teacher.getByTestId('class-help')).toContainText('韩梅梅')
  expect(await violationsIn(teacher, '[data-testid="class"]')).toEqual([])
  await teacher.getByTestId('class-help').getByRole('button', { name: '已处理' }).click()
  await expect(bo.page.getByTestId('ask-for-help')).toHaveAttribute('aria-pressed', 'false')

  await teacher.getByTestId('class-pause').click()
  await expect(bo.page.getByTestId('class-paused')).toBeVisible()
  await expect(teacher.getByTestId('class-pause')).toHaveText('全部恢复')
  await teacher.getByTestId('class-pause').click()
  await expect(bo.page.getByTestId('class-paused')).toBeHidden()

  await teacher.getByTestId('class-lesson').click()
  await teacher.getByRole('option').first().click()
  await teacher.getByTestId('class-bring').click()
  for (const { page } of [ada, bo]) await expect(page.getByTestId('lesson')).toBeVisible()

  // A reload comes back without a code; another browser needs the personal one.
  await bo.page.reload()
  await isReady(bo.page)
  await bo.page.context().close()
  await expect(teacher.getByTestId('pupil-韩梅梅')).toContainText('离线')
  const again = await (await chromium!.newContext({ locale: 'zh-CN' })).newPage()
  await again.goto(origin)
  await again.getByTestId('door-switch').click()
  await again.getByTestId('door-back-key').fill(bo.key)
  await again.getByTestId('door-enter').click()
  await isReady(again)
  await expect(teacher.getByTestId('class-count')).toHaveText('已连接 2/2')

  await teacher.getByTestId('class-grade').click()
  await expect(teacher.getByTestId('kits')).toContainText('李雷', { timeout: 90_000 })
  await expect(teacher.getByTestId('kits')).toContainText('2 / 3')
  // This class was started by a command, and says that it ends with it.
  await teacher.keyboard.press('Escape')
  await teacher.getByTestId('class-open').click()
  await teacher.getByTestId('class-end').click()
  await teacher.getByTestId('class-end-sure').click()
  await expect(teacher.getByTestId('toast').last()).toContainText('Ctrl+C')
  expect(app.errors).toEqual([])
  for (const { page } of [ada]) await page.context().close()
  await again.context().close()
})

test('the teacher sees all screens, gets one experiment of everybody’s seeds, and prints a report', async ({
  app,
  chromium,
}, info) => {
  test.skip(info.project.name === 'electron', 'a desk serves browsers')
  test.setTimeout(180_000)
  const teacher = app.page
  const { origin } = new URL(teacher.url())
  await teacher.getByRole('dialog').getByTestId('language-zh').click()
  await openLab(teacher, 'single-head')
  await teacher.getByTestId('training-settings').click()
  await teacher.getByTestId('field-steps').fill('40')
  await teacher.getByTestId('field-steps').press('Enter')
  await teacher.keyboard.press('Escape')
  await teacher.getByTestId('class-open').click()
  const code = (await teacher.getByTestId('class-code').textContent()) ?? ''
  await teacher.getByTestId('tab-class-screens').click()
  await expect(teacher.getByTestId('class-screens')).toContainText('没有学生在线')
  await teacher.getByTestId('tab-class-experiment').click()
  await expect(teacher.getByTestId('class-experiment')).toContainText('还没有训练记录')

  const pupils = [await enter(chromium!, origin, '李雷', code), await enter(chromium!, origin, '韩梅梅', code)]
  for (const { page } of pupils) await page.keyboard.press('Escape')
  await teacher.getByTestId('class-own-seeds').check()
  await teacher.getByTestId('class-show').click()
  for (const [index, { page }] of pupils.entries()) {
    await expect(page.getByTestId('toast').last()).toContainText(`种子 ${index + 2}`)
    await page.getByTestId('play').click()
  }

  await teacher.getByTestId('tab-class-screens').click()
  const [first, second] = ['李雷', '韩梅梅'].map((name) => teacher.getByTestId(`screen-${name}`))
  for (const tile of [first!, second!]) {
    await expect(tile.locator('rect')).toHaveCount(5)
    await expect(tile.locator('polyline')).toBeAttached({ timeout: 60_000 })
    await expect(tile).toContainText('已完成', { timeout: 60_000 })
  }
  await pupils[1]!.page.getByTestId('ask-for-help').click()
  await teacher.getByTestId('screens-help').click()
  await expect(first!).toBeHidden()
  await expect(second!.getByRole('button').first()).toHaveAccessibleName(/韩梅梅，.*请求了帮助/)
  expect(await violationsIn(teacher, '[data-testid="class"]')).toEqual([])
  // By keyboard: from the filters to the picture, into it, back, and out of nothing else.
  await teacher.getByTestId('screens-pinned').focus()
  await teacher.keyboard.press('Tab')
  await teacher.keyboard.press('Enter')
  await expect(teacher.getByTestId('screens-back')).toBeFocused()
  await expect(teacher.getByTestId('pupil-screen')).toContainText('单个注意力头')
  await teacher.keyboard.press('Escape')
  await expect(second!.getByRole('button').first()).toBeFocused()

  await teacher.getByTestId('tab-class-experiment').click()
  await expect(teacher.getByTestId('class-experiment-summary')).toHaveText('2 名学生 · 已完成 2 个种子', { timeout: 60_000 })
  await expect(teacher.getByTestId('measured-accuracy')).toContainText(/%.*\[.* %, .* %\]/)
  await expect(teacher.getByTestId('class-runs').locator('tbody tr')).toHaveCount(2)
  await expect(teacher.getByTestId('seed-curves')).toBeVisible()
  await teacher.getByTestId('class-runs').getByRole('button', { name: '韩梅梅' }).click()
  expect(await violationsIn(teacher, '[data-testid="class"]')).toEqual([])
  const [table] = await Promise.all([teacher.waitForEvent('download'), teacher.getByTestId('class-experiment-csv').click()])
  const rows = (await readFile(await table.path(), 'utf8')).trim().split('\r\n')
  expect(rows.map((row) => row.split(',').slice(0, 5))).toEqual([
    ['pupil', 'seed', 'state', 'step', 'counts'],
    ['李雷', '2', 'finished', '40', 'yes'],
    ['韩梅梅', '3', 'finished', '40', 'yes'],
  ])
  // The same seed again is said, and does not count.
  await pupils[0]!.page.getByTestId('again').click()
  await expect(teacher.getByTestId('class-experiment-summary')).toContainText('1 个重复了种子，不计入', { timeout: 60_000 })

  await teacher.emulateMedia({ colorScheme: 'dark' })
  await teacher.evaluate(() => {
    document.documentElement.dataset['theme'] = 'dark'
    window.print = () => {
      const printed = document.querySelector('.printed')!
      const { color } = getComputedStyle(printed)
      Object.assign(window, { printed: { color, text: printed.textContent, pictures: printed.querySelectorAll('svg').length } })
    }
  })
  await teacher.getByTestId('class-print').click()
  const printed = () =>
    teacher.evaluate(() => (window as unknown as { printed?: { color: string; text: string; pictures: number } }).printed)
  await expect
    .poll(async () => (await printed())?.text ?? '')
    .toMatch(/高一（3）班[^]*李雷[^]*2\/2[^]*韩梅梅[^]*单个注意力头[^]*95 % 置信区间，2 个种子/)
  expect((await printed())!.pictures).toBeGreaterThanOrEqual(3)
  await expect(teacher.locator('.printed')).toHaveCount(0)
  const [everybody] = await Promise.all([teacher.waitForEvent('download'), teacher.getByTestId('class-csv').click()])
  expect(everybody.suggestedFilename()).toBe('高一（3）班.csv')
  expect(await readFile(await everybody.path(), 'utf8')).toContain('李雷,yes,,2,2,单个注意力头,finished,40')
  expect(app.errors).toEqual([])
  for (const { page } of pupils) await page.context().close()
})

test('a class is started and ended in the window', async ({ chromium }, info) => {
  test.skip(info.project.name === 'electron', 'a desk serves browsers')
  test.setTimeout(60_000)
  const own = await startLab(chromium!)
  try {
    const { page } = own
    await openLab(page, 'single-head')
    await perform(page, 'class')
    await page.getByTestId('class-title').fill('Class 3')
    await page.getByTestId('class-begin').click()
    const address = `http://127.0.0.1:7070/`
    await expect(page.getByTestId('class-address')).toContainText(':7070')
    expect(await (await fetch(`${address}door`)).json()).toEqual({ title: 'Class 3', isOpen: true })
    await page.getByTestId('class-end').click()
    expect(await violationsIn(page, '[data-testid="class"]')).toEqual([])
    await page.getByTestId('class-end-sure').click()
    await expect(page.getByTestId('class-begin')).toBeVisible()
    await expect(fetch(`${address}door`)).rejects.toThrow()
  } finally {
    await own.close()
  }
})

test('an installed lab joins, fetches the kit, and hands in once the desk is back', async ({ app, chromium }, info) => {
  test.skip(info.project.name === 'electron', 'a desk serves browsers')
  test.setTimeout(120_000)
  const teacher = app.page
  const { origin } = new URL(teacher.url())
  await openLab(teacher, 'single-head')
  await perform(teacher, 'class kits')
  await teacher.getByTestId('kits-make').click()
  await teacher.getByTestId('kit-title').fill('First')
  await teacher.getByTestId('make-lesson-start').check()
  await teacher.getByTestId('make-make').click()
  await expect(teacher.getByTestId('kit-grade')).toBeVisible()
  await teacher.keyboard.press('Escape')
  await teacher.getByTestId('class-open').click()
  const code = (await teacher.getByTestId('class-code').textContent()) ?? ''
  await teacher.getByTestId('class-kit').click()
  await teacher.getByRole('option', { name: 'First' }).click()

  const own = await startLab(chromium!)
  try {
    const { page } = own
    await page.keyboard.press('Escape')
    await perform(page, 'class kits')
    await page.getByTestId('join-open').click()
    await page.getByTestId('join-address').fill(origin)
    await page.getByTestId('join-name').fill('Ada')
    await page.getByTestId('join-code').fill(code)
    await page.getByTestId('join-now').click()
    await expect(page.getByTestId('join-class')).toContainText('joined as Ada')
    await page.getByTestId('join-fetch').click()
    await page.getByTestId('kit-hand-in-desk').click()
    await expect(teacher.getByTestId('class-works')).toHaveText('1 submissions')
  } finally {
    await own.close()
  }
  expect(app.errors).toEqual([])
})

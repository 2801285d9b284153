/** A pupil's page trains by itself: the same bytes as in Node, on through a lost connection, and everything is at the desk afterwards. */
import { execFile } from 'node:child_process'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Browser, Page, WebSocketRoute } from '@playwright/test'
import { expect as usual, isReady, openLab, test, type App } from './fixtures'

/** Workers and kits take a moment to start. */
const expect = usual.configure({ timeout: 20_000 })

const root = join(import.meta.dirname, '..')

test.use({ classTitle: 'Class 3' })
test.skip(({ host }) => host === 'electron', 'a desk serves browsers')

interface Pupil {
  readonly page: Page
  /** The cable of this page: pulled, nothing gets through in either direction. */
  readonly setPlugged: (isPlugged: boolean) => void
}

/** A pupil's own browser, through the door. */
async function enter(app: App, browser: Browser, name: string): Promise<Pupil> {
  const teacher = app.page
  await teacher.keyboard.press('Escape')
  await teacher.getByTestId('class-open').click()
  const code = (await teacher.getByTestId('class-code').textContent()) ?? ''
  const page = await (await browser.newContext()).newPage()
  let isPlugged = true
  const open = new Set<WebSocketRoute>()
  await page.routeWebSocket(/.*/, (socket) => {
    if (!isPlugged) return void socket.close()
    open.add(socket)
    socket.connectToServer()
  })
  await page.route('**/door/**', (route) => (isPlugged ? route.continue() : route.abort()))
  await page.goto(new URL(teacher.url()).origin)
  await page.getByTestId('door-name').fill(name)
  await page.getByTestId('door-code').fill(code)
  await page.getByTestId('door-enter').click()
  await page.getByTestId('door-continue').click()
  await isReady(page)
  return {
    page,
    setPlugged(now) {
      isPlugged = now
      if (now) return
      for (const socket of open) void socket.close()
      open.clear()
    },
  }
}

interface Lab {
  readonly training: object
}

async function openFile(page: Page, lab: Lab): Promise<void> {
  const chooser = page.waitForEvent('filechooser')
  await page.keyboard.press('Control+o')
  await (await chooser).setFiles({ name: 'lab.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(lab)) })
  await expect(page.getByTestId('canvas')).toBeVisible()
}

async function labOf(id: string, training: object): Promise<Lab> {
  const lab = JSON.parse(await readFile(join(root, 'resources', 'labs', `${id}.json`), 'utf8')) as Lab
  return { ...lab, training: { ...lab.training, ...training } }
}

interface Record {
  readonly status: { readonly state: string; readonly step: number; readonly place?: string; readonly engine: string }
  readonly summary: { readonly stateHash: string } | null
}

/** The runs of the only pupil, as they are on the desk's disk. */
async function recordsOf({ workspace }: App): Promise<{ readonly record: Record; readonly steps: readonly number[] }[]> {
  const folder = join(workspace, 'workspaces')
  const [pupil] = await readdir(folder)
  const runs = join(folder, pupil!, 'runs')
  const names = (await readdir(runs)).sort()
  return Promise.all(
    names.map(async (name) => {
      const lines = (await readFile(join(runs, name, 'metrics.jsonl'), 'utf8')).trim().split('\n')
      const written = lines.flatMap((line) => (JSON.parse(line) as { step?: number }).step ?? [])
      // A report whose answer was lost is sent again: a step replaces all from there on, as when the file is read.
      const steps = written.reduce<number[]>((kept, step) => [...kept.slice(0, Math.min(kept.length, step - 1)), step], [])
      return { record: JSON.parse(await readFile(join(runs, name, 'run.json'), 'utf8')) as Record, steps }
    }),
  )
}

/** With the command line and the same engine. */
async function trainInNode(): Promise<string> {
  const words = ['train', 'reverse', '--steps', '20', '--seed', '1', '--engine', 'tfjs', '--json']
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'bin', 'attention-lab.mjs'), ...words])
  return (JSON.parse(stdout.trim().split('\n').at(-1)!) as { readonly stateHash: string }).stateHash
}

const upTo = (steps: number): number[] => Array.from({ length: steps }, (_, index) => index + 1)
const stepOf = async (page: Page): Promise<number> =>
  Number(((await page.getByTestId('stat-step').textContent()) ?? '0').replaceAll(/\D/g, ''))

test('20 steps of `reverse` give the same states in a page as in Node, and the desk has them', async ({ app, chromium }) => {
  const { page } = await enter(app, chromium!, 'Ada')
  const loaded = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name))
  expect(loaded.filter((name) => /page-worker|\.wasm/.test(name))).toEqual([])
  await expect(page.getByTestId('stat-place')).toHaveText('on this device')
  await page.keyboard.press('Escape')
  await openFile(page, await labOf('reverse', { steps: 20, seed: 1 }))
  await page.getByTestId('play').click()
  await expect(page.getByTestId('run-state')).toHaveText('Finished')
  await expect.poll(async () => (await recordsOf(app).catch(() => []))[0]?.record.status.state).toBe('finished')
  const [kept] = await recordsOf(app)
  expect(kept?.record.status).toMatchObject({ place: 'page', engine: 'tfjs', step: 20 })
  expect(kept?.record.summary?.stateHash).toBe(await trainInNode())
  expect(kept?.steps).toEqual(upTo(20))
  // Maps and samples come from the page's own worker.
  await expect(page.getByTestId('sample-0')).toBeVisible()
  expect(app.errors).toEqual([])
  await page.context().close()
})

test('at the desk, if the pupil chooses so', async ({ app, chromium }) => {
  const { page } = await enter(app, chromium!, 'Ada')
  await openLab(page, 'reverse')
  await page.getByTestId('place').click()
  await page.getByTestId('place-desk').check()
  await page.keyboard.press('Escape')
  await page.getByTestId('play').click()
  await expect(page.getByTestId('run-state')).toHaveText('Training')
  await expect.poll(() => stepOf(page)).toBeGreaterThan(3)
  await page.getByTestId('stop').click()
  await expect(page.getByTestId('run-state')).toHaveText('Stopped')
  expect((await recordsOf(app))[0]?.record.status.place).toBeUndefined()
  await page.context().close()
})

test('with the router unplugged, a pupil goes on; what is handed in arrives once', async ({ app, chromium }) => {
  test.setTimeout(180_000)
  const teacher = app.page
  await teacher.keyboard.press('Escape')
  await openFile(teacher, await labOf('single-head', { steps: 4000, evaluateEvery: 1000 }))
  await teacher.keyboard.press('Control+k')
  await teacher.keyboard.type('class kits')
  await teacher.keyboard.press('Enter')
  await teacher.getByTestId('kits-make').click()
  await teacher.getByTestId('kit-title').fill('First')
  await teacher.getByTestId('make-add').click()
  await teacher.getByTestId('make-make').click()
  await expect(teacher.getByTestId('kit-grade')).toBeVisible()
  const { page, setPlugged } = await enter(app, chromium!, 'Ada')
  await teacher.getByTestId('class-kit').click()
  await teacher.getByRole('option', { name: 'First' }).click()

  await page.getByTestId('assignment-open-assignment-1').click()
  await page.getByTestId('play').click()
  await expect.poll(() => stepOf(page)).toBeGreaterThan(5)
  setPlugged(false)
  await expect(page.getByRole('alert').filter({ hasText: 'Reconnecting' })).toBeVisible()
  const before = await stepOf(page)
  await expect.poll(() => stepOf(page)).toBeGreaterThan(before + 20)
  await page.getByTestId('pause').click()
  await expect(page.getByTestId('run-state')).toHaveText('Paused')
  await page.getByTestId('play').click()
  await expect(page.getByTestId('run-state')).toHaveText('Finished', { timeout: 90_000 })

  await page.keyboard.press('Control+k')
  await page.keyboard.type('class kits')
  await page.keyboard.press('Enter')
  await page.getByTestId('kit-hand-in').click()
  await expect(page.getByTestId('toast').last()).toContainText('as soon as the desk can be reached')
  await page.getByTestId('kit-hand-in').click() // impatient
  setPlugged(true)
  await expect(teacher.getByTestId('class-works')).toHaveText('1 submissions', { timeout: 30_000 })
  await expect(page.getByTestId('toast').last()).toContainText('Handed in')
  const [kept] = await recordsOf(app)
  expect(kept?.record.status.state).toBe('finished')
  expect(kept?.steps).toEqual(upTo(kept!.record.status.step))
  await page.waitForTimeout(1500) // a second one would arrive now
  await expect(teacher.getByTestId('class-works')).toHaveText('1 submissions')
  await page.context().close()
})

/**
 * Starts the lab for a spec, in either host: `app.page` shows the workbench with an empty workspace. Specs do not depend on the
 * host, except where one has native dialogs and the other downloads.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { _electron, expect, test as base, type Browser, type Page } from '@playwright/test'

export { expect }

const root = join(import.meta.dirname, '..')

export interface HostOptions {
  host: 'browser' | 'electron'
}

export interface App {
  /** Replaced by `restart`. */
  readonly page: Page
  /** Folder of runs and imported data. */
  readonly workspace: string
  /** Errors that the page logged or threw, in order. Specs that expect none assert that it is empty. */
  readonly errors: readonly string[]
  /** Ids of the worker processes: those of runs and models, and one kept ready. */
  workers(): number[]
  /** Kills all of them, as a crash would, and returns their number. */
  killRuns(): number
  /** Ends the host normally and starts it again with the same workspace and a fresh browser profile. */
  restart(): Promise<Page>
}

export const test = base.extend<
  { app: App; workspace: string; ownLessons: boolean; classTitle: string | null },
  HostOptions & { chromium: Browser | null }
>({
  host: ['browser', { option: true, scope: 'worker' }],

  /** Shared by the tests of a worker, each of which has a profile of its own; null where the lab is a desktop window. */
  chromium: [
    async ({ host, playwright }, use) => {
      const browser = host === 'browser' ? await playwright.chromium.launch() : null
      await use(browser)
      await browser?.close()
    },
    { scope: 'worker' },
  ],

  workspace: async ({ host }, use) => {
    const folder = await mkdtemp(join(tmpdir(), `attention-lab-${host}-`))
    await use(folder)
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  },

  /** Whether the example of a teacher's lessons lies in `lessons` of the workspace and is shown. */
  ownLessons: [false, { option: true }],

  /** Title of the class that pupils can join; null for none. */
  classTitle: [null, { option: true }],

  app: async ({ workspace, chromium, ownLessons, classTitle }, use) => {
    const lessons = join(workspace, 'lessons')
    if (ownLessons) await cp(join(root, 'resources', 'example-lessons'), lessons, { recursive: true })
    const env = { ...process.env, ATTENTION_LAB_HOME: workspace, ...(ownLessons && { ATTENTION_LAB_LESSONS: lessons }) }
    const port = classTitle === null ? null : await freePort()
    const command =
      classTitle === null ? ['serve'] : ['desk', '--host', '127.0.0.1', '--port', String(port), '--title', classTitle]
    await useHost(workspace, use, async (errors) => {
      if (!chromium) {
        const electron = await _electron.launch({ args: [...sandbox(), root], env })
        const page = listen(await electron.firstWindow(), errors)
        await isReady(page)
        return { page, process: electron.process(), close: () => electron.close() }
      }
      const server = spawn(process.execPath, [program, ...command], { env, stdio: ['ignore', 'pipe', 'inherit'] })
      const context = await chromium.newContext()
      const page = listen(await context.newPage(), errors)
      await page.goto(await address(server))
      await isReady(page)
      const close = async (): Promise<void> => {
        await context.close()
        if (server.exitCode === null && server.kill()) await once(server, 'exit')
      }
      return { page, process: server, close }
    })
  },
})

const program = join(root, 'bin', 'attention-lab.mjs')

/** A port that is free now. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

/** Waits until the page has restored its work: keys pressed earlier reach nothing. */
export const isReady = (page: Page): Promise<void> =>
  expect(page.locator('[data-testid="workbench"][aria-busy="false"]')).toBeAttached()

export async function reload(page: Page): Promise<void> {
  await page.reload()
  await isReady(page)
}

/** From the gallery; resolves when the lab is open and the gallery is gone. */
export async function openLab(page: Page, id: string): Promise<void> {
  await page.getByTestId(`gallery-lab-${id}`).click()
  await isOpened(page)
}
/** The same for an empty canvas. */
export async function openEmpty(page: Page): Promise<void> {
  await page.getByTestId('gallery-empty').click()
  await isOpened(page)
}
const isOpened = (page: Page): Promise<void> => expect(page.getByTestId('gallery-empty')).toBeHidden()

interface RunningHost {
  readonly page: Page
  readonly process: ChildProcess
  close(): Promise<void>
}

/** Starts a host, runs the spec, and ends the current host, which a restart may have replaced. */
async function useHost(
  workspace: string,
  use: (app: App) => Promise<void>,
  start: (errors: string[]) => Promise<RunningHost>,
): Promise<void> {
  const errors: string[] = []
  let running = await start(errors)
  const app: App = {
    workspace,
    errors,
    get page() {
      return running.page
    },
    workers: () => workersOf(running.process.pid!),
    killRuns() {
      const workers = this.workers()
      for (const id of workers) process.kill(id, 'SIGKILL')
      return workers.length
    },
    async restart() {
      await running.close()
      running = await start(errors)
      return running.page
    },
  }
  try {
    await use(app)
  } finally {
    await running.close()
  }
}

/** Chromium refuses to run its sandbox as root, the user in containers. */
function sandbox(): string[] {
  return process.getuid?.() === 0 ? ['--no-sandbox'] : []
}

function listen(page: Page, errors: string[]): Page {
  page.setDefaultTimeout(30_000) // a click that cannot succeed fails before the test's own limit, and says why
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
  return page
}

/** The address that the host prints, with its token. */
async function address(server: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: server.stdout! })) {
    const match = /http:\/\/[^\s"]+/.exec(line)
    if (!match) continue
    server.stdout!.resume() // drain the pipe: later output is not read and must not block the host
    return match[0]
  }
  throw new Error(`The browser host ended with code ${server.exitCode} before it printed its address.`)
}

function workersOf(host: number): number[] {
  if (process.platform === 'win32') throw new Error('Finding the processes of runs is written for Linux and macOS.')
  const processes = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line)!)
    .map(([, id, parent, command]) => ({ id: Number(id), parent: Number(parent), command: command! }))
  const descends = (id: number): boolean => id === host || processes.some((one) => one.id === id && descends(one.parent))
  const isWorker = (command: string): boolean => /[/\\]worker\.js|node\.mojom\.NodeService/.test(command)
  return processes.filter(({ id, command }) => isWorker(command) && descends(id)).map(({ id }) => id)
}

/** Trains the open lab to its end, for so many steps if given. */
export async function train(page: Page, steps: number | null = null): Promise<void> {
  if (steps !== null) {
    await page.getByTestId('training-settings').click()
    await page.getByTestId('field-steps').fill(String(steps))
    await page.getByTestId('field-steps').press('Enter')
    await page.keyboard.press('Escape')
  }
  const state = page.getByTestId('run-state')
  const isAgain = (await state.textContent()) === 'Finished'
  await page.getByTestId('play').click()
  if (isAgain) await expect(state).not.toHaveText('Finished') // short trainings are over before this could be seen
  await expect(state).toHaveText('Finished', { timeout: 120_000 })
}

/** Runs the built main process and preload over a stand-in for Electron; needs `npm run build`. */
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { newAbort } from '@core/contract/cancel'
import { labEvents, labMethods, type LabEvents, type LabMethods } from '@core/contract/lab'
import { portWanted } from '@core/contract/handover'
import { connect, type Connection } from '@core/contract/rpc'
import { receivePort } from '../../renderer/api/message-port'
import { follow, statuses } from '../service/testing/clients'
import { app, BrowserWindow, dialog, ipcMain, Menu, protocol, utilityProcess, type MenuItem } from './testing/electron'

vi.mock('electron', () => import('./testing/electron'))

const built = resolve(import.meta.dirname, '../../../out')
let home: string
let window: BrowserWindow
let host: Connection<LabMethods, LabEvents>

/** Does what the page does on load: runs the renderer's own code in the window's page. */
async function openPage(): Promise<Connection<LabMethods, LabEvents>> {
  vi.stubGlobal('window', window.webContents.page)
  vi.stubGlobal('location', { origin: 'app://lab' })
  return connect(await receivePort(), labMethods, labEvents)
}

beforeAll(async () => {
  if (!existsSync(join(built, 'main', 'index.js'))) throw new Error('this test runs the built application: npm run build')
  home = await mkdtemp(join(tmpdir(), 'attention-lab-desktop-'))
  vi.stubEnv('ATTENTION_LAB_HOME', home)
  await writeFile(join(home, 'window.json'), JSON.stringify({ x: 5000, y: 10, width: 1000, height: 700, maximised: true }))
  await import(/* @vite-ignore */ join(built, 'main', 'index.js'))
  window = await vi.waitFor(() => {
    const [opened] = BrowserWindow.all
    if (!opened?.url) throw new Error('no window is open')
    return opened
  }, 10_000)
  host = await openPage()
})
afterEach(() => {
  expect(dialog.answers).toEqual([])
  dialog.asked.length = 0
})
afterAll(async () => {
  vi.unstubAllGlobals()
  vi.unstubAllEnvs()
  await rm(home, { recursive: true, force: true, maxRetries: 5 })
})

describe('the window', () => {
  it('is sandboxed and isolated, without Node', () => {
    expect(app.sandboxed).toBe(true)
    expect(window.options.webPreferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false })
    expect(basename(window.options.webPreferences.preload)).toBe('index.cjs')
    expect(window.url).toBe('app://lab/')
  })

  it('cannot navigate, opens no windows, and has no permission except to copy text', () => {
    const { webContents } = window
    expect(webContents.openHandler?.()).toEqual({ action: 'deny' })
    for (const event of ['will-navigate', 'will-frame-navigate', 'will-attach-webview']) {
      const preventDefault = vi.fn()
      webContents.emit(event, { preventDefault, url: 'https://example.com' })
      expect(preventDefault, event).toHaveBeenCalled()
    }
    const granted = (permission: string): boolean => {
      const answer = vi.fn()
      webContents.session.requestHandler?.(null, permission, answer)
      expect(webContents.session.checkHandler?.(null, permission)).toBe(answer.mock.calls[0]?.[0])
      return answer.mock.calls[0]?.[0] as boolean
    }
    for (const permission of ['media', 'geolocation', 'notifications', 'clipboard-read', 'openExternal', 'hid', 'fullscreen']) {
      expect(granted(permission), permission).toBe(false)
    }
    expect(granted('clipboard-sanitized-write')).toBe(true)
    expect(webContents.session.deviceHandler?.()).toBe(false)
  })

  it('opens centred if its former screen is gone, and remembers that it was maximised', () => {
    expect(window.options).toMatchObject({ width: 1000, height: 700, show: false })
    expect(window.options.x).toBeUndefined()
    expect(window.maximised).toBe(true)
    expect(window.shown).toEqual(['show'])
  })
})

describe('app://', () => {
  it('serves the built page with a strict content security policy', async () => {
    expect(protocol.privileged).toEqual([
      { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
    ])
    const page = await protocol.fetch('app://lab/')
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';")
    expect(policy).not.toContain("'unsafe-eval'")
    const script = /src="\.\/(assets\/[^"]+\.js)"/.exec(await page.text())?.[1]
    const answer = await protocol.fetch(`app://lab/${script}`)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  })

  it.each([
    'app://lab/../main/index.js',
    'app://lab/%2e%2e/main/index.js',
    'app://lab/none',
    'app://other/',
    'app://lab//etc/passwd',
  ])('has no %s', async (url) => expect((await protocol.fetch(url)).status).toBe(404))
})

describe('the preload', () => {
  it('passes a port to the page only, and only when the page requests it', async () => {
    const sent = vi.fn()
    ipcMain.on(portWanted, sent)
    window.webContents.page.dispatch({ source: {}, data: portWanted, ports: [] })
    window.webContents.page.dispatch({ source: window.webContents.page, data: 'labs.list', ports: [] })
    await new Promise((done) => setTimeout(done, 20))
    expect(sent).not.toHaveBeenCalled()
    ipcMain.off(portWanted, sent)
  })

  it('ignores other frames', () => {
    const posted = vi.spyOn(window.webContents, 'postMessage')
    ipcMain.emit(portWanted, { sender: window.webContents, senderFrame: {} })
    ipcMain.emit(portWanted, { sender: {}, senderFrame: window.webContents.mainFrame })
    expect(posted).not.toHaveBeenCalled()
    posted.mockRestore()
  })

  it('gives a reloaded page a new port and closes the old one', async () => {
    const before = host
    const closed = vi.fn()
    before.onClose(closed)
    window.webContents.runPreload(window.options.webPreferences.preload)
    host = await openPage()
    expect(await host.call['host.describe']({})).toMatchObject({ kind: 'desktop', dialogs: true })
    await vi.waitFor(() => expect(closed).toHaveBeenCalled())
    await expect(before.call['host.describe']({})).rejects.toMatchObject({ code: 'connection-closed' })
  })
})

describe('the menu', () => {
  const items = (): MenuItem[] => Menu.shown.flatMap((menu) => menu.submenu ?? [])

  it('sends actions to the page by id', async () => {
    const commands: string[] = []
    host.on('menu.command', ({ command }) => commands.push(command))
    for (const label of ['New lab', 'Open …', 'Save', 'Save as …', 'Undo', 'Redo']) {
      items()
        .find((item) => item.label === label)
        ?.click?.()
    }
    await vi.waitFor(() =>
      expect(commands).toEqual(['file.new', 'file.open', 'file.save', 'file.saveAs', 'edit.undo', 'edit.redo']),
    )
  })

  it('uses the language of the page', async () => {
    await host.call['window.language']({ language: 'zh' })
    expect(Menu.shown.map(({ label }) => label)).toEqual(expect.arrayContaining(['文件', '编辑', '视图']))
    await host.call['window.language']({ language: 'en' })
    expect(items().map(({ label }) => label)).toContain('Save as …')
  })
})

describe('files', () => {
  it('are opened if the user chooses them', async () => {
    const path = join(home, 'my.lab.json')
    await writeFile(path, '{"format":"attention-lab"}')
    dialog.answers.push(
      { filePaths: [path] },
      { filePaths: [] },
      { filePaths: [join(home, 'none.json')] },
      { filePaths: [home] },
    )
    expect(await host.call['files.open']({})).toEqual({ path, name: 'my.lab.json', text: '{"format":"attention-lab"}' })
    expect(await host.call['files.open']({})).toBeNull()
    await expect(host.call['files.open']({})).rejects.toMatchObject({ code: 'file.missing' })
    await expect(host.call['files.open']({})).rejects.toMatchObject({ code: 'file.directory' })
  })

  it('are saved where the user once chose, and nowhere else without a dialog', async () => {
    const path = join(home, 'saved.lab.json')
    dialog.answers.push({ filePath: path })
    expect(await host.call['files.save']({ path: null, name: 'saved.lab.json', text: 'one' })).toEqual({
      path,
      name: 'saved.lab.json',
    })
    expect(await host.call['files.save']({ path, name: 'saved.lab.json', text: 'two' })).not.toBeNull()
    expect(await readFile(path, 'utf8')).toBe('two')
    expect(dialog.asked).toHaveLength(1)

    const foreign = join(home, 'foreign')
    dialog.answers.push({ filePath: '' })
    expect(await host.call['files.save']({ path: foreign, name: 'x', text: 'three' })).toBeNull()
    expect(existsSync(foreign)).toBe(false)
  })

  it('that cannot be written are reported', async () => {
    dialog.answers.push({ filePath: join(home, 'window.json', 'x') })
    await expect(host.call['files.save']({ path: null, name: 'x', text: '' })).rejects.toMatchObject({
      code: 'folder.is-file',
      params: { path: join(home, 'window.json') },
    })
  })
})

describe('training', () => {
  it('runs a lab in a separate process, through the same contract', async () => {
    const lab = await host.call['labs.read']({ id: 'reverse' })
    const short = { ...lab, training: { ...lab.training, steps: 60 } }
    const { run } = await host.call['runs.start']({ lab: short, engine: 'auto', data: null })
    const followed = follow(host, run)
    const { checkpoint } = await followed.until('finished')
    const losses = followed.values('loss')
    expect(losses).toHaveLength(60)
    expect(losses.at(-1)).toBeLessThan(losses[0]!)
    expect(followed.summary).toMatchObject({ steps: 60, stateHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string })
    expect(checkpoint).toBe(60)
    await vi.waitFor(() => expect(utilityProcess.all).toHaveLength(2), 5000) // that of the run, and the one kept ready for the next
  })

  it('queues a bounded number of messages for a window that is frozen', async () => {
    const lab = await host.call['labs.read']({ id: 'reverse' })
    const { run } = await host.call['runs.start']({ lab, engine: 'auto', data: null })
    let received = 0
    const frozen = newAbort()
    const onPart = (): Promise<never> => {
      received++
      return new Promise(() => undefined) // nothing is ever processed
    }
    host.call['runs.follow']({ run }, { signal: frozen.signal, onPart }).catch(() => undefined)
    const watched = follow(host, run)
    await vi.waitFor(() => expect(watched.parts.length).toBeGreaterThan(40), 20_000)
    expect(received).toBe(16)
    frozen.abort()
    watched.stop()
    await host.call['runs.command']({ run, command: 'stop' })
  })

  it('survives the crash of a worker, and resumes from its checkpoint', async () => {
    const lab = await host.call['labs.read']({ id: 'reverse' })
    const { run } = await host.call['runs.start']({ lab, engine: 'auto', data: null })
    const { checkpoint } = await host.call['runs.command']({ run, command: 'checkpoint' })
    expect(checkpoint).not.toBeNull()
    for (const { child } of utilityProcess.all) child.kill('SIGKILL') // also the one kept ready
    await follow(host, run).until('interrupted')
    expect((await host.call['runs.resume']({ run })).step).toBeGreaterThanOrEqual(checkpoint!)
    const started = utilityProcess.all.length
    expect((await host.call['runs.command']({ run, command: 'pause' })).state).toBe('paused')
    await vi.waitFor(() => expect(utilityProcess.all).toHaveLength(started + 1), 5000) // the next one is kept ready
  })
})

describe('closing', () => {
  it('asks before unsaved changes are lost, and is cancelled if the user says so', async () => {
    await host.call['window.dirty']({ dirty: true })
    dialog.answers.push({ response: 1 })
    window.close()
    window.close() // one question is enough
    await vi.waitFor(() => expect(dialog.answers).toEqual([]))
    expect(dialog.asked).toHaveLength(1)
    expect(dialog.asked[0]?.options).toMatchObject({ message: 'Close without saving?', cancelId: 1, defaultId: 1 })
    expect(BrowserWindow.all).toEqual([window])
  })

  it('a second start brings the window to the front', () => {
    app.emit('second-instance')
    expect(window.shown.at(-1)).toBe('focus')
  })

  it('terminates a process even if it has not started yet', async () => {
    const before = utilityProcess.all.length
    const { run } = (await statuses(host)).at(-1)!
    const abort = newAbort()
    const options = { signal: abort.signal }
    const generating = host.call['models.generate']({ model: { run }, request: {} }, options).catch((error: unknown) => error)
    await vi.waitFor(() => expect(utilityProcess.all).toHaveLength(before + 1), { interval: 1 })
    expect(utilityProcess.all.at(-1)!.pid).toBeUndefined()
    abort.abort()
    expect(await generating).toMatchObject({ code: 'cancelled' })
    const { child } = utilityProcess.all.at(-1)!
    await vi.waitFor(() => expect(child.signalCode).not.toBeNull(), 5000)
  })

  it('ends every run before the application quits, and remembers the window', async () => {
    window.bounds = { x: 30, y: 40, width: 900, height: 600 }
    window.maximised = false
    dialog.answers.push({ response: 0 })
    window.once('closed', () => app.emit('second-instance')) // while the runs are still writing their checkpoints
    app.quit()
    await app.gone
    expect(app.relaunches).toBe(1)
    expect(utilityProcess.all.every(({ child }) => child.exitCode !== null || child.signalCode !== null)).toBe(true)
    const remembered: unknown = JSON.parse(await readFile(join(home, 'window.json'), 'utf8'))
    expect(remembered).toEqual({ ...window.bounds, maximised: false })
  })
})

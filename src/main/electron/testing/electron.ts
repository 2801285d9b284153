/**
 * A stand-in for the `electron` module, to run the built desktop without Electron: the parts that the desktop uses, with their
 * documented behaviour. Processes, channels and files are real; windows and dialogs are controlled by the test.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import { runInNewContext } from 'node:vm'
import { MessageChannel, type MessagePort } from 'node:worker_threads'

class PreventableEvent {
  defaultPrevented = false
  preventDefault(): void {
    this.defaultPrevented = true
  }
}

/** Messages wait until the port is started, as in Electron. */
class MessagePortMain extends EventEmitter {
  constructor(readonly channel: MessagePort) {
    super()
  }
  start(): void {
    this.channel.on('message', (data: unknown) => this.emit('message', { data, ports: [] }))
    this.channel.on('close', () => this.emit('close'))
  }
  postMessage(message: unknown): void {
    this.channel.postMessage(message)
  }
  close(): void {
    this.channel.close()
  }
}

export class MessageChannelMain {
  readonly port1: MessagePortMain
  readonly port2: MessagePortMain
  constructor() {
    const { port1, port2 } = new MessageChannel()
    this.port1 = new MessagePortMain(port1)
    this.port2 = new MessagePortMain(port2)
  }
}

interface FakeWindowMessage {
  readonly source: unknown
  readonly data: unknown
  readonly ports: readonly MessagePort[]
}

/** The page's `window`, as far as passing the port requires. */
export class PageWindow {
  readonly #listeners = new Set<(event: FakeWindowMessage) => void>()
  addEventListener(_type: 'message', listener: (event: FakeWindowMessage) => void): void {
    this.#listeners.add(listener)
  }
  removeEventListener(_type: 'message', listener: (event: FakeWindowMessage) => void): void {
    this.#listeners.delete(listener)
  }
  postMessage(data: unknown, _origin: string, ports: readonly MessagePort[] = []): void {
    this.dispatch({ source: this, data, ports })
  }
  dispatch(event: FakeWindowMessage): void {
    setImmediate(() => {
      for (const listener of [...this.#listeners]) listener(event)
    })
  }
}

export const ipcMain = new EventEmitter()

type PermissionHandler = (contents: unknown, permission: string, answer: (granted: boolean) => void) => void

class WebContents extends EventEmitter {
  readonly mainFrame = {}
  readonly session = {
    requestHandler: undefined as PermissionHandler | undefined,
    checkHandler: undefined as ((contents: unknown, permission: string) => boolean) | undefined,
    deviceHandler: undefined as (() => boolean) | undefined,
    setPermissionRequestHandler: (handler: PermissionHandler) => void (this.session.requestHandler = handler),
    setPermissionCheckHandler: (handler: (contents: unknown, permission: string) => boolean) =>
      void (this.session.checkHandler = handler),
    setDevicePermissionHandler: (handler: () => boolean) => void (this.session.deviceHandler = handler),
  }
  openHandler: (() => { action: string }) | undefined
  /** `ipcRenderer` as the preload script sees it. */
  ipcRenderer = new EventEmitter()
  page = new PageWindow()
  reloads = 0

  setWindowOpenHandler(handler: () => { action: string }): void {
    this.openHandler = handler
  }
  postMessage(channel: string, _message: unknown, ports: MessagePortMain[]): void {
    this.ipcRenderer.emit(channel, { ports: ports.map((port) => port.channel) })
  }
  reload(): void {
    this.reloads++
  }
  /** Runs the built preload script in a fresh page, as every load does. `frame` is the sender. */
  runPreload(path: string): void {
    this.page = new PageWindow()
    const ipcRenderer = new EventEmitter()
    this.ipcRenderer = ipcRenderer
    const sending = Object.assign(ipcRenderer, {
      send: (channel: string) => ipcMain.emit(channel, { sender: this, senderFrame: this.mainFrame }),
    })
    const require = (name: string): unknown => {
      if (name === 'electron') return { ipcRenderer: sending }
      throw new Error(`a sandboxed preload script cannot require ${name}`)
    }
    const globals = { require, window: this.page, location: { origin: 'app://lab' }, exports: {}, module: { exports: {} } }
    runInNewContext(readFileSync(path, 'utf8'), globals, { filename: path })
  }
}

interface Bounds {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}
interface WindowOptions extends Partial<Bounds> {
  readonly show: boolean
  readonly webPreferences: { readonly preload: string } & Readonly<Record<string, unknown>>
}

export class BrowserWindow extends EventEmitter {
  static readonly all: BrowserWindow[] = []
  readonly webContents = new WebContents()
  readonly shown: string[] = []
  url = ''
  bounds: Bounds
  maximised = false

  constructor(readonly options: WindowOptions) {
    super()
    const { x = 10, y = 20, width = 0, height = 0 } = options
    this.bounds = { x, y, width, height }
    BrowserWindow.all.push(this)
  }
  async loadURL(url: string): Promise<void> {
    const response = await protocol.fetch(url)
    if (response.status !== 200) throw new Error(`${url} could not be loaded: ${response.status}`)
    this.url = url
    this.webContents.runPreload(this.options.webPreferences.preload)
    this.emit('ready-to-show')
  }
  close(): void {
    const event = new PreventableEvent()
    this.emit('close', event)
    if (!event.defaultPrevented) this.destroy()
  }
  destroy(): void {
    BrowserWindow.all.splice(BrowserWindow.all.indexOf(this), 1)
    this.emit('closed')
    if (BrowserWindow.all.length === 0) app.emit('window-all-closed')
  }
  getNormalBounds = (): Bounds => this.bounds
  isMaximized = (): boolean => this.maximised
  isMinimized = (): boolean => {
    if (this.isDestroyed()) throw new TypeError('Object has been destroyed')
    return false
  }
  isDestroyed = (): boolean => !BrowserWindow.all.includes(this)
  maximize = (): void => void (this.maximised = true)
  show = (): void => void this.shown.push('show')
  restore = (): void => void this.shown.push('restore')
  focus = (): void => void this.shown.push('focus')
}

class App extends EventEmitter {
  readonly name = 'Attention Lab'
  readonly isPackaged = false
  readonly paths: Record<string, string> = {}
  sandboxed = false
  /** Resolves when the application has actually quit. */
  readonly gone: Promise<void>
  #leave: () => void = () => undefined
  constructor() {
    super()
    this.gone = new Promise((resolve) => (this.#leave = resolve))
  }
  whenReady = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  requestSingleInstanceLock = (): boolean => true
  enableSandbox = (): void => void (this.sandboxed = true)
  getLocale = (): string => 'en-GB'
  setPath = (name: string, path: string): void => void (this.paths[name] = path)
  getPath = (name: string): string => this.paths[name] ?? ''
  relaunches = 0
  relaunch = (): void => {
    this.relaunches++
  }
  exit = (): void => this.#leave()
  quit = (): void => {
    for (const window of [...BrowserWindow.all]) window.close()
    if (BrowserWindow.all.length > 0) return
    const event = new PreventableEvent()
    this.emit('will-quit', event)
    if (!event.defaultPrevented) this.#leave()
  }
}
export const app = new App()

type Handler = (request: Request) => Promise<Response>
export const protocol = {
  privileged: [] as unknown[],
  handlers: new Map<string, Handler>(),
  registerSchemesAsPrivileged: (schemes: unknown[]) => void protocol.privileged.push(...schemes),
  handle: (scheme: string, handler: Handler) => void protocol.handlers.set(scheme, handler),
  fetch: async (url: string): Promise<Response> => {
    const handler = protocol.handlers.get(new URL(url).protocol.slice(0, -1))
    if (!handler) throw new Error(`nobody serves ${url}`)
    return handler(new Request(url))
  },
}

export interface MenuItem {
  readonly label?: string
  readonly role?: string
  readonly accelerator?: string
  readonly submenu?: readonly MenuItem[]
  readonly click?: () => void
}
export const Menu = {
  shown: [] as readonly MenuItem[],
  buildFromTemplate: (template: readonly MenuItem[]) => template,
  setApplicationMenu: (menu: readonly MenuItem[]) => void (Menu.shown = menu),
}

/** Answers for the dialogs, in order, and the questions asked. */
export const dialog = {
  answers: [] as unknown[],
  asked: [] as { readonly kind: string; readonly options: Readonly<Record<string, unknown>> }[],
  answer: (kind: string, options: Readonly<Record<string, unknown>>): Promise<unknown> => {
    dialog.asked.push({ kind, options })
    if (dialog.answers.length === 0) throw new Error(`an unexpected dialog: ${kind}`)
    return Promise.resolve(dialog.answers.shift())
  },
  showErrorBox: (title: string, content: string) => void dialog.asked.push({ kind: 'error', options: { title, content } }),
  /** Called with or without a window. */
  showMessageBox: (...given: readonly unknown[]) => dialog.answer('message', given.at(-1) as Readonly<Record<string, unknown>>),
  showOpenDialog: (_window: unknown, options: Readonly<Record<string, unknown>>) => dialog.answer('open', options),
  showSaveDialog: (_window: unknown, options: Readonly<Record<string, unknown>>) => dialog.answer('save', options),
}

export const shell = {
  opened: [] as string[],
  openPath: (path: string) => Promise.resolve(void shell.opened.push(path)),
}

export const screen = {
  getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1040 } }],
}

/** Like Electron's, it has no process and ignores signals before its `spawn` event. */
class UtilityProcess extends EventEmitter {
  #started = false
  constructor(readonly child: ChildProcess) {
    super()
    setTimeout(() => {
      this.#started = true
      this.emit('spawn')
    }, 20)
    child.on('message', (message) => this.emit('message', message))
    child.on('exit', (code) => this.emit('exit', code ?? 1))
  }
  get pid(): number | undefined {
    return this.#started ? this.child.pid : undefined
  }
  postMessage(message: unknown): void {
    this.child.send(message as object)
  }
  kill(): boolean {
    return this.#started && this.child.kill()
  }
}
export const utilityProcess = {
  all: [] as UtilityProcess[],
  fork: (script: string) => {
    const child = fork(script, [], { serialization: 'advanced', execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    const process = new UtilityProcess(child)
    utilityProcess.all.push(process)
    return process
  },
}

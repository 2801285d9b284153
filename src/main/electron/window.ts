/** The window: sandboxed, restricted to the page, and never closed over unsaved changes without asking. */
import { BrowserWindow, dialog } from 'electron'
import type { Texts } from '../texts'
import { readWindowState, rememberWindowState } from './window-state'

export interface WindowOptions {
  readonly preload: string
  /** File for the size and position. */
  readonly stateFile: string
  /** Whether closing would lose changes. */
  readonly isDirty: () => boolean
  readonly texts: () => Texts
  readonly log: (where: string, error: unknown) => void
}

/** Created, but not loaded yet. */
export async function createWindow({ preload, stateFile, isDirty, texts, log }: WindowOptions): Promise<BrowserWindow> {
  const { maximised, ...bounds } = await readWindowState(stateFile)
  const window = new BrowserWindow({
    ...bounds,
    minWidth: 800,
    minHeight: 560,
    show: false,
    webPreferences: { preload, sandbox: true, contextIsolation: true, nodeIntegration: false, spellcheck: false },
  })
  lockDown(window)
  guardUnsaved(window, isDirty, texts)
  rememberWindowState(window, stateFile, (error) => log('window state', error))
  offerReload(window, texts)
  window.once('ready-to-show', () => {
    if (maximised) window.maximize()
    window.show()
  })
  return window
}

/** Blocks navigation, new windows and permissions, except copying text to the clipboard. */
function lockDown({ webContents }: BrowserWindow): void {
  webContents.setWindowOpenHandler(() => ({ action: 'deny' }))
  webContents.on('will-navigate', (event) => event.preventDefault())
  webContents.on('will-frame-navigate', (event) => event.preventDefault())
  webContents.on('will-attach-webview', (event) => event.preventDefault())
  const allowed = (permission: string): boolean => permission === 'clipboard-sanitized-write'
  webContents.session.setPermissionRequestHandler((_contents, permission, answer) => answer(allowed(permission)))
  webContents.session.setPermissionCheckHandler((_contents, permission) => allowed(permission))
  webContents.session.setDevicePermissionHandler(() => false)
}

function guardUnsaved(window: BrowserWindow, isDirty: () => boolean, texts: () => Texts): void {
  let asking = false
  window.on('close', (event) => {
    if (!isDirty()) return
    event.preventDefault()
    if (asking) return
    asking = true
    const { unsavedTitle, unsavedMessage, unsavedDetail, discard, cancel } = texts().menu
    void dialog
      .showMessageBox(window, {
        type: 'warning',
        title: unsavedTitle,
        message: unsavedMessage,
        detail: unsavedDetail,
        buttons: [discard, cancel],
        defaultId: 1,
        cancelId: 1,
        noLink: true,
      })
      .then(({ response }) => {
        asking = false
        if (response === 0) window.destroy()
      })
  })
}

/** Offers to reload a page that crashed; its runs are not affected. */
function offerReload(window: BrowserWindow, texts: () => Texts): void {
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit') return
    const { crashedMessage, crashedDetail, reload } = texts().menu
    void dialog
      .showMessageBox(window, {
        type: 'error',
        message: crashedMessage,
        detail: crashedDetail,
        buttons: [reload],
        noLink: true,
      })
      .then(() => window.webContents.reload())
  })
}

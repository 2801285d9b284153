/** The desktop application: one window on top of the service, from start to quit. */
import { join } from 'node:path'
import { app } from 'electron'
import { owner } from '@core/contract/client'
import type { LabEvents } from '@core/contract/lab'
import type { Server } from '@core/contract/rpc'
import type { Paths } from '../paths'
import { roomWith } from '../desk/room'
import { lockHome } from '../service/home-lock'
import { describeHost } from '../service/host-description'
import type { HostHandlers } from '../service/host-handlers'
import { createService } from '../service/service'
import { languageOfLocale, textsIn, type Language, type Texts } from '../texts'
import { findPageFiles } from '../web/page-files'
import { fileDialogs } from './dialogs'
import { showMenu } from './menu'
import { pageAddress, servePage } from './page-protocol'
import { givePorts } from './page-port'
import { utilityWorkers } from './spawn-utility'
import { createWindow } from './window'

export interface DesktopOptions {
  readonly paths: Paths
  /** Folder of runs and data. */
  readonly home: string
  /** Folder of a teacher's own lessons; null for none. */
  readonly ownLessons: string | null
  readonly log: (where: string, error: unknown) => void
}

/**
 * Call once Electron is ready and this is the only instance. Resolves when the page is loaded. Throws LabError if another host
 * uses the home.
 */
export async function startDesktop({ paths, home, ownLessons, log }: DesktopOptions): Promise<void> {
  let client: Server<LabEvents> | undefined
  let dirty = false
  let texts: Texts

  function speak(language: Language): void {
    texts = textsIn(language)
    showMenu(texts, !app.isPackaged, (command) => client?.emit('menu.command', { command }))
  }
  speak(languageOfLocale(app.getLocale()))

  const files = await findPageFiles(paths.page)
  servePage(files)
  const description = await describeHost(paths.package, 'desktop')
  const release = await lockHome(home)
  const service = await createService({
    ...{ home, log, labs: paths.labs, lessons: paths.lessons, ownLessons, version: description.version },
    ...{ spawn: utilityWorkers(paths.worker), startsAhead: true, openRoom: roomWith(files, description, { log }) },
  })
  endRunsBeforeQuitting(() => service.close().finally(release), log)

  const stateFile = join(app.getPath('userData'), 'window.json')
  const current = () => texts
  const window = await createWindow({ preload: paths.preload, stateFile, isDirty: () => dirty, texts: current, log })
  const handlers: HostHandlers = {
    ...fileDialogs(window, current),
    'host.describe': () => description,
    'window.dirty': (told) => void (dirty = told.dirty),
    'window.language': ({ language }) => speak(language),
  }
  givePorts(window, (port) => {
    dirty = false
    client = service.connect(port, owner, handlers)
  })
  window.on('closed', () => (client = undefined))
  app.on('second-instance', () => {
    // The application is quitting while its runs write their checkpoints: start it again afterwards.
    if (window.isDestroyed()) return app.relaunch()
    if (window.isMinimized()) window.restore()
    window.focus()
  })
  app.on('window-all-closed', () => app.quit())
  await window.loadURL(pageAddress)
}

/** Waits until the windows are closed, so that a user who cancels quitting keeps the runs. */
function endRunsBeforeQuitting(close: () => Promise<void>, log: (where: string, error: unknown) => void): void {
  app.once('will-quit', (event) => {
    event.preventDefault()
    close()
      .catch((error: unknown) => log('quit', error))
      .finally(() => app.quit())
  })
}

/** Composition root of the desktop application. */
import { app } from 'electron'
import { startDesktop } from './electron/desktop'
import { registerPageScheme } from './electron/page-protocol'
import { tellWhy } from './electron/start-failure'
import { builtPaths, homePath, ownLessonsPath } from './paths'
import { languageOfLocale, textsIn } from './texts'

const home = process.env.ATTENTION_LAB_HOME
if (home) app.setPath('userData', home) // a second workspace is a second application, with its own window and lock

if (app.requestSingleInstanceLock()) {
  app.enableSandbox()
  registerPageScheme()
  const log = (where: string, error: unknown): void => console.error(`${where}:`, error)
  // Not awaited: Electron is ready only after this module has been evaluated.
  app
    .whenReady()
    .then(() =>
      startDesktop({
        paths: builtPaths(import.meta.dirname),
        home: homePath(process.env),
        ownLessons: ownLessonsPath(process.env),
        log,
      }),
    )
    .catch(async (error: unknown) => {
      log('start', error)
      await tellWhy(error, homePath(process.env), textsIn(languageOfLocale(app.getLocale())))
      app.exit(1)
    })
} else {
  app.quit()
}

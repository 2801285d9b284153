/** Reports why the desktop did not start; if a browser host uses the home, offers to open its page instead. */
import { app, dialog, shell } from 'electron'
import { LabError } from '@core/errors'
import { writeOpeningPage } from '../service/opening-page'
import { announced } from '../service/serving'
import type { Texts } from '../texts'

export async function tellWhy(error: unknown, home: string, texts: Texts): Promise<void> {
  const isTaken = error instanceof LabError && error.code === 'home.in-use'
  const address = isTaken ? await announced(home) : null
  if (address === null) {
    dialog.showErrorBox(app.name, texts.error(error))
    return
  }
  const { response } = await dialog.showMessageBox({
    type: 'info',
    title: app.name,
    message: texts.error(error),
    buttons: [texts.menu.openItsPage, texts.menu.quit],
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  })
  if (response === 0) await shell.openPath(await writeOpeningPage(address, home))
}

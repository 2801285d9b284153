/** Opens and saves lab files through the desktop's dialogs. */
import { basename } from 'node:path'
import { dialog, type BrowserWindow } from 'electron'
import { readLabText, writeAtomically } from '../service/files'
import type { HostHandlers } from '../service/host-handlers'
import type { Texts } from '../texts'

/** The page may write only to files chosen in a dialog since the application started; otherwise a dialog opens. */
export function fileDialogs(window: BrowserWindow, texts: () => Texts): Pick<HostHandlers, 'files.open' | 'files.save'> {
  const chosen = new Set<string>()
  const filters = (): Electron.FileFilter[] => [{ name: texts().menu.labFiles, extensions: ['json'] }]
  return {
    'files.open': async () => {
      const { filePaths } = await dialog.showOpenDialog(window, { filters: filters(), properties: ['openFile'] })
      const [path] = filePaths
      if (path === undefined) return null
      const text = await readLabText(path)
      chosen.add(path)
      return { path, name: basename(path), text }
    },
    'files.save': async ({ path: known, name, text }) => {
      const path = known !== null && chosen.has(known) ? known : await ask(known ?? name)
      if (path === null) return null
      await writeAtomically(path, text)
      chosen.add(path)
      return { path, name: basename(path) }
    },
  }

  async function ask(defaultPath: string): Promise<string | null> {
    const { filePath } = await dialog.showSaveDialog(window, { defaultPath, filters: filters() })
    return filePath || null
  }
}

/** Opens the browser host's page in the default browser; does nothing if there is none. */
import { spawn } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { writeOpeningPage } from '../service/opening-page'

const openers: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'], // unlike with `start`, no shell parses the address
}

/** Throws LabError if the home is not writable. */
export async function openBrowser(address: string, home: string): Promise<void> {
  const page = pathToFileURL(await writeOpeningPage(address, home)).href
  const [command, ...args] = openers[process.platform] ?? ['xdg-open']
  const child = spawn(command, [...args, page], { detached: true, stdio: 'ignore' })
  child.on('error', () => undefined)
  child.unref()
}

/**
 * Opens the browser host's page in the person's default browser, where there is one; silently not otherwise. The browser is given a file
 * that leads to the address: everybody on the computer can read command lines, and the address holds the token.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ownerOnly, writeAtomically } from '../service/files'

const openers: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'], // unlike `start`, no shell reads the address
}

/** The file lies in `home`, which only its owner can read, and is replaced by the next host's. Throws LabError. */
export async function openBrowser(address: string, home: string): Promise<void> {
  const path = join(home, 'open.html')
  await writeAtomically(path, leadingTo(address), ownerOnly)
  const [command, ...args] = openers[process.platform] ?? ['xdg-open']
  const child = spawn(command, [...args, pathToFileURL(path).href], { detached: true, stdio: 'ignore' })
  child.on('error', () => undefined)
  child.unref()
}

const leadingTo = (address: string): string => `<!doctype html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${address}">
<title>Attention Lab</title>
<a href="${address}">${address}</a>
`

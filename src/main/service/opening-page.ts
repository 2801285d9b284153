/**
 * A file that leads to the browser host's page. A browser is given the file, not the address: everybody on the computer can read command
 * lines, and the address holds the token.
 */
import { join } from 'node:path'
import { ownerOnly, writeAtomically } from './files'

/** Gives the file's path. It lies in `home`, which only its owner can read, and is replaced by the next one. Throws LabError. */
export async function writeOpeningPage(address: string, home: string): Promise<string> {
  const path = join(home, 'open.html')
  await writeAtomically(path, leadingTo(address), ownerOnly)
  return path
}

const leadingTo = (address: string): string => `<!doctype html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${address}">
<title>Attention Lab</title>
<a href="${address}">${address}</a>
`

/**
 * A file that redirects to the browser host's page. The browser is opened with this file instead of the address, because
 * command lines are visible to all users of the computer and the address contains the token.
 */
import { join } from 'node:path'
import { ownerOnly, writeAtomically } from './files'

/** Returns the path of the file in `home`, which only its owner can read; the next call replaces it. Throws LabError. */
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

/** Serves the page's files as `app://lab/…`: a separate origin, with the same headers as in the browser host. */
import { readFile } from 'node:fs/promises'
import { protocol } from 'electron'
import { pageHeaders } from '../web/page-headers'
import type { PageFiles } from '../web/page-files'

const scheme = 'app'
export const pageAddress = `${scheme}://lab/`

/** Must be called before Electron is ready. */
export function registerPageScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } }])
}

export function servePage(files: PageFiles): void {
  protocol.handle(scheme, async ({ url, method }) => {
    const { host, pathname } = new URL(url)
    const file = host === 'lab' && method === 'GET' ? files.get(pathname.slice(1)) : undefined
    if (!file) return new Response(null, { status: 404 })
    return new Response(await readFile(file.path), { headers: pageHeaders(file.type) })
  })
}

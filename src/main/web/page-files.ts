/** The page's files, listed once at startup, so that a request can only select one of them, never a path. */
import { readdir } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'

export interface PageFile {
  readonly path: string
  readonly type: string
}

/** Keyed by path relative to the page, e.g. `assets/index-1a2b.js`; the page itself also has the empty path. */
export type PageFiles = ReadonlyMap<string, PageFile>

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webp': 'image/webp',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
}

/** All files in the built renderer's folder. Throws if index.html is missing, as there is no build then. */
export async function findPageFiles(directory: string): Promise<PageFiles> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = new Map<string, PageFile>()
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const address = relative(directory, path).split(sep).join('/')
    files.set(address, { path, type: types[extname(entry.name)] ?? 'application/octet-stream' })
  }
  const page = files.get('index.html')
  if (!page) throw new Error(`there is no index.html in ${directory}: build the application first`)
  return files.set('', page)
}

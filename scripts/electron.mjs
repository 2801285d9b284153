/** The Electron binary: since version 45 the package installs without it, and it is fetched when first wanted. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, runNode } from './process.mjs'

const folder = join(root, 'node_modules', 'electron')
const stall = 30_000 // give up when nothing has arrived for this long; a slow line that moves may take its time

/** Whether a window can be shown. */
export const hasDisplay = () =>
  process.platform === 'win32' || process.platform === 'darwin' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)

/** Path of the installed binary, or null. */
export function electronBinary() {
  const pathFile = join(folder, 'path.txt')
  if (!existsSync(pathFile)) return null
  const binary = join(process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, 'dist'), readFileSync(pathFile, 'utf8'))
  return existsSync(binary) ? binary : null
}

/** Fetches the binary. Returns its path, or null where it cannot be had. */
export async function fetchElectron() {
  const download = mkdtempSync(join(tmpdir(), 'attention-lab-electron-'))
  const env = { TMPDIR: download, TEMP: download, TMP: download }
  let watch
  try {
    await runNode(join(folder, 'install.js'), [], { env, onStart: (child) => (watch = endWhenStalled(child, download)) })
  } finally {
    clearInterval(watch)
    rmSync(download, { recursive: true, force: true })
  }
  return electronBinary()
}

function endWhenStalled(child, download) {
  let size = 0
  let since = Date.now()
  return setInterval(() => {
    const now = sizeOf(download) + sizeOf(join(folder, 'dist'))
    if (now !== size) [size, since] = [now, Date.now()]
    else if (Date.now() - since > stall) child.kill('SIGKILL')
  }, 1000)
}

function sizeOf(directory) {
  try {
    const entries = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    return entries.reduce((total, entry) => total + statSync(join(entry.parentPath, entry.name)).size, 0)
  } catch {
    return 0 // not there yet, or moved while we looked
  }
}

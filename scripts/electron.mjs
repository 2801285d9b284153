/** The Electron binary: since version 45 the package installs without it, so it is downloaded on first use. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, runNode } from './process.mjs'

const folder = join(root, 'node_modules', 'electron')
const stall = 30_000 // give up after this long without data; a slow connection may take its time

/** Whether a window can be opened. */
export const hasDisplay = () =>
  process.platform === 'win32' || process.platform === 'darwin' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)

/** Path of the installed binary, or null. */
export function electronBinary() {
  const pathFile = join(folder, 'path.txt')
  if (!existsSync(pathFile)) return null
  const binary = join(process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, 'dist'), readFileSync(pathFile, 'utf8'))
  return existsSync(binary) ? binary : null
}

/** Downloads the binary. Returns its path, or null on failure. */
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
    return 0 // missing, or moved during the check
  }
}

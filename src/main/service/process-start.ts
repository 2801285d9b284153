/** Start time of a process. Ids are reused, so only id and start time together identify a process. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

/**
 * A short hash of the start time, which distinguishes this process from all others with the same id. Null if it has ended,
 * `unknown` if the system does not report it.
 */
export async function processStart(id: number): Promise<string | null> {
  if (!exists(id)) return null
  try {
    const began = await (process.platform === 'linux'
      ? fromProc(id)
      : process.platform === 'win32'
        ? fromPowerShell(id)
        : fromPs(id))
    return began && createHash('sha256').update(began).digest('hex').slice(0, 12)
  } catch {
    return exists(id) ? 'unknown' : null
  }
}

let own: Promise<string | null> | undefined
/** For this process. */
export const ownStart = (): Promise<string | null> => (own ??= processStart(process.pid))

function exists(id: number): boolean {
  try {
    process.kill(id, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Ticks since boot, with the id of that boot. Null for a process that has ended, including zombies. */
async function fromProc(id: number): Promise<string | null> {
  const [status, boot] = await Promise.all(
    [`/proc/${id}/stat`, '/proc/sys/kernel/random/boot_id'].map((path) => readFile(path, 'utf8')),
  )
  const fields = status!.slice(status!.lastIndexOf(')') + 2).split(' ') // the name before it may contain any character
  const [state, ticks] = [fields[0]!, fields[19]!]
  return 'ZX'.includes(state) ? null : `${boot} ${ticks}`
}

async function fromPs(id: number): Promise<string | null> {
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' }
  return (await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(id)], { env })).stdout.trim() || null
}

async function fromPowerShell(id: number): Promise<string | null> {
  const command = `(Get-Process -Id ${id}).StartTime.ToFileTimeUtc()`
  const args = ['-NoProfile', '-NonInteractive', '-Command', command]
  return (await promisify(execFile)('powershell.exe', args, { windowsHide: true })).stdout.trim() || null
}

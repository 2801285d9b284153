/** Node as the engine's surroundings. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { setImmediate } from 'node:timers/promises'
import type { Surroundings } from '@engine/surroundings'

const atOnce = 2 ** 30

export const nodeSurroundings: Surroundings = {
  now: () => performance.now(),
  sha256(parts) {
    const hash = createHash('sha256')
    // Node hashes less than 2 GiB at once.
    for (const part of parts) for (let at = 0; at < part.length; at += atOnce) hash.update(part.subarray(at, at + atOnce))
    return hash.digest('hex')
  },
  nextTurn: () => setImmediate(),
}

/** Bytes of this process that were ever in memory at once. On Linux, `maxRSS` begins with what the parent had. */
export function peakMemory(): number {
  const status = process.platform === 'linux' ? readFileSync('/proc/self/status', 'utf8') : ''
  const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1]
  return 1024 * Number(kilobytes ?? process.resourceUsage().maxRSS)
}

/** Processor and number of cores, as measurements say where they come from. */
export function machineName(): string {
  const [first] = cpus()
  return `${first?.model.trim() ?? process.arch} × ${cpus().length}`
}

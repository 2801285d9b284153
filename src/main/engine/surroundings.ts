/** Node as the engine's surroundings. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import type { Surroundings } from '@engine/surroundings'

export const nodeSurroundings: Surroundings = {
  now: () => performance.now(),
  sha256(parts) {
    const hash = createHash('sha256')
    for (const part of parts) hash.update(part)
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

/** Limits for each pupil of a class, so that nobody takes the desk from the others. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { LRUCache } from 'lru-cache'
import type { Client } from '@core/contract/client'
import { LabError } from '@core/errors'
import type { Workspace } from './workspaces'

export const pupilLimits = {
  /** Runs and experiments that are not over. */
  runs: 2,
  megabytes: 300,
  /** Of moments, for each run. */
  moments: 20,
  /** Calls: so many at once, and afterwards so many a second. */
  burst: 300,
  perSecond: 40,
} as const

/** A token bucket. `now` gives milliseconds. */
export function pace(
  { burst, perSecond }: { readonly burst: number; readonly perSecond: number },
  now = () => performance.now(),
): () => boolean {
  let [left, last] = [burst, now()]
  return () => {
    const time = now()
    left = Math.min(burst, left + ((time - last) / 1000) * perSecond)
    last = time
    if (left < 1) return false
    left--
    return true
  }
}

/** Throws LabError `class.runs` where a pupil has as many runs and experiments under way at the desk as are allowed. */
export function requireFewRuns({ role }: Client, { runs, experiments }: Workspace): void {
  if (role === 'owner') return
  const underWay = runs.list().filter((run) => run.underWay && !run.isInPage).length + (experiments.underWay ? 1 : 0)
  if (underWay >= pupilLimits.runs) throw new LabError('class.runs', { most: pupilLimits.runs })
}

/** Folders are measured at most every few seconds. */
const measured = new LRUCache<string, Promise<number>>({ max: 1000, ttl: 3000 })

/** Throws LabError `class.quota` where the folder of a pupil's workspace has no room for so many more bytes. */
export async function requireSpace({ role }: Client, folder: string, more = 0): Promise<void> {
  if (role === 'owner') return
  const most = pupilLimits.megabytes
  const size = measured.get(folder) ?? sizeOf(folder)
  measured.set(folder, size, { noUpdateTTL: true })
  if ((await size) + more > most * 2 ** 20) throw new LabError('class.quota', { megabytes: most })
}

/** Bytes of all files in a folder; files that vanish meanwhile count nothing. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) =>
        stat(join(entry.parentPath, entry.name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** The moments of a run on the disk. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Moments } from '@core/contract/runs'
import { isMomentName, momentsOf } from '@engine/moments'
import { diskStorage } from '../engine/disk-storage'
import { nodeSurroundings } from '../engine/surroundings'

/** Steps in order; the last checkpoint counts as one, but takes none of the space for moments. */
export async function keptMoments(folder: string): Promise<Pick<Moments, 'steps' | 'bytes'>> {
  const storage = diskStorage(folder)
  const names = (await storage.list().catch(() => [])).filter(isMomentName)
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  )
  const moments = await momentsOf(storage, nodeSurroundings).catch(() => [])
  return { steps: moments.map(({ step }) => step), bytes: sizes.reduce((sum, size) => sum + size, 0) }
}

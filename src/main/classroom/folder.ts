/** Grades the submissions of a folder. One bad file never stops the others. */
import { stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Graded, HandMarks } from '@core/classroom/grade'
import type { GradedFile } from '@core/contract/kits'
import { LabError, toProblem } from '@core/errors'
import { readWhole } from '../engine/read-whole'
import { fileError } from '../service/file-error'
import { namesIn } from '../service/files'
import { archiveLimits } from './archive'
import { readMarks } from './marks'

/** Marks given by hand, by the file name of the submission. Only ever read here. */
export const marksFile = 'marks.json'

/**
 * In name order, each as soon as it and those before are graded; several are graded at a time. `grade` gets the bytes of a submission.
 * Throws LabError for the folder itself.
 */
export async function* gradeFolder(
  folder: string,
  grade: (work: Uint8Array<ArrayBuffer>, hand: HandMarks) => Promise<Graded>,
): AsyncGenerator<GradedFile> {
  const names = (await namesIn(folder)).filter((name) => name.endsWith('.labwork')).sort()
  const hand = await readMarks(join(folder, marksFile))
  const free = limited(availableParallelism())
  const gradeFile = async (file: string): Promise<GradedFile> => {
    try {
      return { file, graded: await grade(await readArchiveFile(join(folder, file)), hand[file] ?? {}), problem: null }
    } catch (error) {
      return { file, graded: null, problem: toProblem(error) }
    }
  }
  const entries = names.map((name) => free(() => gradeFile(name)))
  for (const entry of entries) yield await entry
}

/** The bytes of a kit or submission; the size is checked before reading. Throws LabError. */
export async function readArchiveFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const found = await stat(path)
    if (!found.isFile()) throw new LabError('file.special', { path })
    if (found.size > archiveLimits.bytes) throw new LabError('archive.too-large', { megabytes: archiveLimits.bytes / 2 ** 20 })
    return await readWhole(path)
  } catch (error) {
    throw fileError(path, error)
  }
}

/** Runs at most `most` pieces of work at a time, in the order in which they were given. */
function limited(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0
  const waiting: (() => void)[] = []
  return async (work) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve))
    running++
    try {
      return await work()
    } finally {
      running--
      waiting.shift()?.()
    }
  }
}

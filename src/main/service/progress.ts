/** The learner's progress in each lesson: one file `progress/LESSON.json` each. */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { lessonProgress, type LessonProgress } from '@core/lessons/progress'
import { codeOf, fileError } from './file-error'
import { ownerOnly, readJson, writeAtomically } from './files'

export interface Progress {
  /** For all lessons that were started. */
  recall(): Promise<Readonly<Record<string, LessonProgress>>>
  /** Resolves when it is on disk; null restarts the lesson. Throws LabError. */
  keep(lesson: string, progress: LessonProgress | null): Promise<void>
  close(): Promise<void>
}

/** `log` is called for unreadable files; they stay in place. */
export function createProgress(directory: string, log: (where: string, error: unknown) => void): Progress {
  let last: Promise<unknown> = Promise.resolve()
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = last.then(work)
    last = done.catch(() => undefined)
    return done
  }
  const pathOf = (lesson: string): string => join(directory, `${lesson}.json`)
  return {
    recall: () =>
      inTurn(async () => {
        const names = await readdir(directory).catch((error: unknown) => {
          if (codeOf(error) === 'ENOENT') return [] as string[]
          throw fileError(directory, error)
        })
        const all: Record<string, LessonProgress> = {}
        for (const name of names.filter((each) => each.endsWith('.json'))) {
          try {
            all[name.slice(0, -'.json'.length)] = lessonProgress.parse(await readJson(join(directory, name)))
          } catch (error) {
            log(`progress/${name}`, error)
          }
        }
        return all
      }),
    keep: (lesson, progress) =>
      inTurn(async () => {
        if (progress) return writeAtomically(pathOf(lesson), JSON.stringify(progress), ownerOnly)
        await rm(pathOf(lesson), { force: true }).catch((error: unknown) => {
          throw fileError(pathOf(lesson), error)
        })
      }),
    close: async () => {
      await last
    },
  }
}

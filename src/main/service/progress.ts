/** The learner's progress in each lesson: one file `progress/LESSON.json` each. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { lessonProgress, type LessonProgress } from '@core/lessons/progress'
import { fileError } from './file-error'
import { namesIn, ownerOnly, readJson, writeAtomically } from './files'
import { Turns } from './turns'

export interface Progress {
  /** For all lessons that were started. */
  recall(): Promise<Readonly<Record<string, LessonProgress>>>
  /** Resolves when it is on disk; null restarts the lesson. Throws LabError. */
  keep(lesson: string, progress: LessonProgress | null): Promise<void>
  close(): Promise<void>
}

/** `log` is called for unreadable files; they stay in place. */
export function createProgress(directory: string, log: (where: string, error: unknown) => void): Progress {
  const turns = new Turns()
  const pathOf = (lesson: string): string => join(directory, `${lesson}.json`)
  return {
    recall: () =>
      turns.take(async () => {
        const all: Record<string, LessonProgress> = {}
        for (const name of (await namesIn(directory)).filter((each) => each.endsWith('.json'))) {
          try {
            all[name.slice(0, -'.json'.length)] = lessonProgress.parse(await readJson(join(directory, name)))
          } catch (error) {
            log(`progress/${name}`, error)
          }
        }
        return all
      }),
    keep: (lesson, progress) =>
      turns.take(async () => {
        if (progress) return writeAtomically(pathOf(lesson), JSON.stringify(progress), ownerOnly)
        await rm(pathOf(lesson), { force: true }).catch((error: unknown) => {
          throw fileError(pathOf(lesson), error)
        })
      }),
    close: () => turns.over(),
  }
}

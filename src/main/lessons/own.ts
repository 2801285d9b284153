/** A teacher's folder of lessons while it is written: read again after each change, with all that is wrong with it. */
import { watch } from 'node:fs'
import { aborted } from '@core/contract/cancel'
import type { LessonsPart } from '@core/contract/lab'
import type { Call } from '@core/contract/table'
import { LabError } from '@core/errors'
import type { Labs } from '../service/labs'
import { checkLessons } from './check'
import { lessonsFrom, type Lessons } from './lessons'
import type { LessonFolder } from './read'

export interface OwnLessons extends Lessons {
  /** Streams what is wrong, at once and after each change, until cancelled. */
  watch(call: Call<LessonsPart>): Promise<null>
  close(): void
}

/** Milliseconds without a change before the folder is read: editors save in several steps. */
const quiet = 150

/** Throws LabError where the folder cannot be read. */
export async function openOwnLessons(directory: string, labs: Labs): Promise<OwnLessons> {
  let { folders, errors } = await checkLessons(directory, labs)
  let changes = 0
  const listeners = new Set<() => void>()

  /** A lesson that cannot be read stays as it was, so that a slip of the pen does not take it away. */
  async function read(): Promise<void> {
    changes++
    try {
      const checked = await checkLessons(directory, labs)
      const find = (all: readonly LessonFolder[], name: string) => all.find(({ id }) => id === name)
      folders = checked.lessons.flatMap((name) => find(checked.folders, name) ?? find(folders, name) ?? [])
      errors = checked.errors
    } catch (error) {
      errors = [{ lesson: '', file: directory, detail: error instanceof Error ? error.message : String(error) }]
    }
    for (const tell of listeners) tell()
  }
  let reading = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  const watcher = watch(directory, { recursive: true, persistent: false }, () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      reading = reading.then(read)
    }, quiet)
  })
  // The folder was moved away: what was read stays.
  watcher.on('error', () => watcher.close())

  return {
    ...lessonsFrom(() => Promise.resolve({ course: null, folders, reference: null })),
    async watch(call) {
      const tell = (): void => call.part({ changes, errors })
      tell()
      listeners.add(tell)
      await aborted(call.signal)
      listeners.delete(tell)
      return null
    },
    close() {
      clearTimeout(timer)
      watcher.close()
    },
  }
}

/** The stream without such a folder. */
export async function watchNothing(call: Call<LessonsPart>): Promise<null> {
  call.part({ changes: 0, errors: [] })
  await aborted(call.signal)
  return null
}

/** The course with a teacher's lessons, which come first where both have one of the same name. */
export const withOwn = (course: Lessons, own: Lessons): Lessons => ({
  async list(language) {
    const [all, added] = await Promise.all([course.list(language), own.list(language)])
    const names = new Set(added.lessons.map(({ id }) => id))
    return { ...all, lessons: [...all.lessons.filter(({ id }) => !names.has(id)), ...added.lessons] }
  },
  read: (id, language) => own.read(id, language).catch(unknownTo(() => course.read(id, language))),
  lab: (id, name) => own.lab(id, name).catch(unknownTo(() => course.lab(id, name))),
})

const unknownTo =
  <T>(next: () => Promise<T>) =>
  (error: unknown): Promise<T> => {
    if (error instanceof LabError && error.code === 'lesson.unknown') return next()
    throw error
  }

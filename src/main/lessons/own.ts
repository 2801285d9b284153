/** A teacher's folder of lessons while it is written: read again after each change, with all that is wrong with it. */
import { watch } from 'node:fs'
import { join } from 'node:path'
import { aborted } from '@core/contract/cancel'
import type { LessonsPart } from '@core/contract/lab'
import type { Call } from '@core/contract/table'
import { LabError } from '@core/errors'
import type { LessonError } from '@core/lessons/format'
import type { Labs } from '../service/labs'
import { checkLessons } from './check'
import { lessonNames, type Lessons } from './lessons'
import { inLanguage, readLesson, summaryOf, type LessonFolder } from './read'

export interface OwnLessons extends Lessons {
  /** Streams what is wrong, at once and after each change, until cancelled. */
  watch(call: Call<LessonsPart>): Promise<null>
  close(): void
}

/** Milliseconds without a change before the folder is read: editors save in several steps. */
const quiet = 150

/** Throws LabError where the folder cannot be read. */
export async function openOwnLessons(directory: string, labs: Labs): Promise<OwnLessons> {
  let folders: ReadonlyMap<string, LessonFolder> = new Map()
  let part: LessonsPart = { changes: 0, errors: [] }
  const listeners = new Set<() => void>()

  /** A lesson that cannot be read stays as it was, so that a slip of the pen does not take it away. */
  async function read(): Promise<void> {
    const next = new Map<string, LessonFolder>()
    const { names } = await lessonNames(directory)
    for (const name of names) {
      const before = folders.get(name)
      const lesson = await readLesson(join(directory, name)).catch((error: unknown) => {
        if (error instanceof LabError) return before
        throw error
      })
      if (lesson) next.set(name, lesson)
    }
    folders = next
    part = { changes: part.changes + 1, errors: (await checkLessons(directory, labs)).errors }
  }
  await read()
  part = { ...part, changes: 0 }

  const problem = (error: unknown): LessonError => ({
    lesson: '',
    file: directory,
    detail: error instanceof Error ? error.message : String(error),
  })
  let reading = Promise.resolve()
  function refresh(): void {
    reading = reading
      .then(read)
      .catch((error: unknown) => (part = { changes: part.changes + 1, errors: [problem(error)] }))
      .then(() => listeners.forEach((tell) => tell()))
  }
  let timer: NodeJS.Timeout | undefined
  const watcher = watch(directory, { recursive: true, persistent: false }, () => {
    clearTimeout(timer)
    timer = setTimeout(refresh, quiet)
  })
  // The folder was moved away: what was read stays.
  watcher.on('error', () => watcher.close())

  function find(id: string): LessonFolder {
    const folder = folders.get(id)
    if (!folder) throw new LabError('lesson.unknown', { id, known: [...folders.keys()].join(', ') || '–' })
    return folder
  }
  return {
    list: (language) =>
      Promise.resolve({
        course: null,
        reference: null,
        lessons: [...folders.values()].map((folder) => summaryOf(folder, language)),
      }),
    read: async (id, language) => inLanguage(await Promise.resolve(find(id)), language),
    lab: async (id, name) => (await Promise.resolve(find(id))).labs.get(name) ?? null,
    async watch(call) {
      const cancelled = aborted(call.signal)
      let changed = true
      let wake = (): void => undefined
      const listener = (): void => {
        changed = true
        wake()
      }
      listeners.add(listener)
      while (!call.signal.aborted) {
        if (changed) {
          changed = false
          call.part(part)
          await call.taken()
        } else await Promise.race([new Promise<void>((resolve) => (wake = resolve)), cancelled])
      }
      listeners.delete(listener)
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

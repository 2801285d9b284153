/** The lessons of a folder: those of the course, which `course.json` puts in order, or a teacher's, in the order of their names. */
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { LabError } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import { courseSchema, type Course, type Lesson, type LessonSummary, type Reference } from '@core/lessons/format'
import { experimentValues } from '@core/experiments/values'
import { fileError } from '../service/file-error'
import { namesIn } from '../service/files'
import { inLanguage, readJson, readLesson, summaryOf, type Language, type LessonFolder } from './read'

const referenceFile = z.strictObject({
  machine: z.string(),
  engine: z.string(),
  version: z.string(),
  date: z.iso.date(),
  measurements: z.record(z.string(), z.record(z.string(), z.array(experimentValues))),
})

export interface LessonList {
  /** Null for a folder without `course.json`. */
  readonly course: Course | null
  readonly lessons: readonly LessonSummary[]
  readonly reference: Reference | null
}

export interface Lessons {
  list(language: Language): Promise<LessonList>
  /** Throws `lesson.unknown`. */
  read(id: string, language: Language): Promise<Lesson>
  /** A lab of the lesson's own; null where it has none of that name. Throws `lesson.unknown`. */
  lab(id: string, name: string): Promise<LabDocument | null>
}

/** Reads everything when it is first asked for. */
export function createLessons(directory: string): Lessons {
  let loaded: Promise<LessonsFolder> | undefined
  return lessonsFrom(() => (loaded ??= readLessons(directory)))
}

/** The lessons that `load` gives at the moment they are asked for. */
export function lessonsFrom(load: () => Promise<LessonsFolder>): Lessons {
  async function find(id: string): Promise<LessonFolder> {
    const { folders } = await load()
    const folder = folders.find((each) => each.id === id)
    if (!folder) throw new LabError('lesson.unknown', { id, known: folders.map((each) => each.id).join(', ') || '–' })
    return folder
  }
  return {
    async list(language) {
      const { course, folders, reference } = await load()
      return { course, reference, lessons: folders.map((folder) => summaryOf(folder, language)) }
    },
    read: async (id, language) => inLanguage(await find(id), language),
    lab: async (id, name) => (await find(id)).labs.get(name) ?? null,
  }
}

/** Where no folder of lessons is known. */
export const noLessons = lessonsFrom(() => Promise.resolve({ course: null, folders: [], reference: null }))

interface LessonsFolder {
  readonly course: Course | null
  readonly folders: readonly LessonFolder[]
  readonly reference: Reference | null
}

export async function readLessons(directory: string): Promise<LessonsFolder> {
  const { course, names } = await lessonNames(directory)
  const [folders, reference] = await Promise.all([
    Promise.all(names.map((name) => readLesson(join(directory, name)))),
    readReference(directory),
  ])
  return { course, folders, reference }
}

/** `reference.json`, as `scripts/reference.mjs` writes it; null where there is none. */
export async function readReference(directory: string): Promise<Reference | null> {
  if (!existsSync(join(directory, 'reference.json'))) return null
  return readJson(directory, 'reference.json', referenceFile)
}

/** Folders with a `lesson.json`, in the order of the course. Throws LabError. */
export async function lessonNames(
  directory: string,
): Promise<{ readonly course: Course | null; readonly names: readonly string[] }> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
    throw fileError(directory, error)
  })
  const course = entries.some(({ name }) => name === 'course.json')
    ? await readJson(directory, 'course.json', courseSchema)
    : null
  const found: string[] = []
  for (const entry of entries) {
    if (!entry.isDirectory()) continue
    const inside = await namesIn(join(directory, entry.name))
    if (inside.includes('lesson.json')) found.push(entry.name)
  }
  const order = course ? [course.start, ...course.units.flatMap(({ lessons }) => lessons), ...course.hunts] : []
  const place = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length)
  return { course, names: found.toSorted((a, b) => place(a) - place(b) || a.localeCompare(b, 'en')) }
}

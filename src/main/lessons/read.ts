/** A lesson on the disk: a folder with `lesson.json`, `en.md`, `zh.md` and, if it has labs of its own, `labs/NAME.json`. */
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { z } from 'zod'
import { LabError } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import { parseLab } from '@core/lab/read'
import { identifier, isStep, lessonSchema, type Lesson, type LessonFacts, type LessonSummary } from '@core/lessons/format'
import { fileError } from '../service/file-error'
import { namesIn } from '../service/files'
import { MarkdownError, readMarkdown, type LessonText } from './markdown'

export const languages = ['en', 'zh'] as const
export type Language = (typeof languages)[number]

export interface LessonFolder {
  readonly id: string
  readonly directory: string
  readonly facts: LessonFacts
  readonly texts: Readonly<Record<Language, LessonText>>
  /** Its own labs, by name. */
  readonly labs: ReadonlyMap<string, LabDocument>
}

/** Throws LabError `lesson.invalid`, which names the file and the place, or why a file cannot be read. */
export async function readLesson(directory: string): Promise<LessonFolder> {
  const id = basename(directory)
  if (!identifier.safeParse(id).success)
    invalid(id, 'lesson.json', 'the name of the folder has characters other than a–z, 0–9 and -')
  const facts = await readJson(directory, 'lesson.json', lessonSchema)
  const [en, zh] = await Promise.all(languages.map((language) => readText(directory, `${language}.md`)))
  return { id, directory, facts, texts: { en: en!, zh: zh! }, labs: await readLabs(directory) }
}

export async function readJson<T extends z.ZodType>(directory: string, file: string, schema: T): Promise<z.output<T>> {
  const text = await contentOf(directory, file)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    invalid(basename(directory), file, error instanceof Error ? error.message : String(error))
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  return invalid(basename(directory), file, `${issue?.path.join('.') || 'the whole'}: ${issue?.message}`)
}

async function readText(directory: string, file: string): Promise<LessonText> {
  const text = await contentOf(directory, file)
  try {
    return readMarkdown(text)
  } catch (error) {
    if (error instanceof MarkdownError) return invalid(basename(directory), file, error.message)
    throw error
  }
}

async function readLabs(directory: string): Promise<ReadonlyMap<string, LabDocument>> {
  const folder = join(directory, 'labs')
  const labs = new Map<string, LabDocument>()
  for (const name of (await namesIn(folder)).filter((each) => each.endsWith('.json')).toSorted()) {
    labs.set(name.slice(0, -'.json'.length), parseLab(await contentOf(folder, name)))
  }
  return labs
}

const contentOf = (directory: string, file: string): Promise<string> =>
  readFile(join(directory, file), 'utf8').catch((error: unknown) => {
    throw fileError(join(directory, file), error)
  })

function invalid(lesson: string, file: string, detail: string): never {
  throw new LabError('lesson.invalid', { lesson, file, detail })
}

export function inLanguage({ id, facts, texts }: LessonFolder, language: Language): Lesson {
  const { title, summary, screens } = texts[language]
  return { id, ...facts, title, summary, screens }
}

export function summaryOf(folder: LessonFolder, language: Language): LessonSummary {
  const { id, title, summary, minutes, question } = inLanguage(folder, language)
  const kinds = Object.entries(folder.facts.pieces)
  return {
    ...{ id, title, summary, minutes, question },
    steps: folder.texts[language].pieces
      .map((piece) => piece.id)
      .filter((name) => isStep(folder.facts.pieces[name]?.kind ?? 'look')),
    experiments: kinds.flatMap(([, piece]) => (piece.kind === 'measure' ? [piece.experiment] : [])),
  }
}

/** The questions of lessons, of the course or of a kit, with the number of their options. */
import { lessonSchema, type LessonFacts } from '@core/lessons/format'
import type { LessonQuestions } from '@core/classroom/rubric/define'
import { readLessons } from '../lessons/lessons'
import { readMarkdown, type LessonText } from '../lessons/markdown'
import type { LessonFolder } from '../lessons/read'
import type { Files } from './archive'

/** Null for a lesson that the kit does not have or that cannot be read. */
export function questionsInKit(files: Files, lesson: string): LessonQuestions | null {
  const [facts, text] = ['lesson.json', 'en.md'].map((name) => files.get(`lessons/${lesson}/${name}`))
  if (!facts || !text) return null
  try {
    const parsed = lessonSchema.safeParse(JSON.parse(new TextDecoder().decode(facts)))
    return parsed.success ? questionsOf(parsed.data, readMarkdown(new TextDecoder().decode(text))) : null
  } catch {
    return null
  }
}

/** Of all lessons of a folder; none without a folder. */
export async function questionsIn(directory: string | undefined): Promise<Readonly<Record<string, LessonQuestions>>> {
  if (directory === undefined) return {}
  const { folders } = await readLessons(directory)
  return Object.fromEntries(folders.map((folder) => [folder.id, questionsInFolder(folder)]))
}

const questionsInFolder = ({ facts, texts }: LessonFolder): LessonQuestions => questionsOf(facts, texts.en)

function questionsOf({ pieces }: LessonFacts, { screens }: LessonText): LessonQuestions {
  const options = new Map(
    screens.flatMap(({ parts }) =>
      parts.flatMap((part) => ('piece' in part ? [[part.piece, part.texts.options.length] as const] : [])),
    ),
  )
  const quizzes = Object.entries(pieces).flatMap(([id, piece]) =>
    piece.kind === 'quiz' ? [[id, { quiz: piece.quiz, options: options.get(id) ?? 0 }] as const] : [],
  )
  return Object.fromEntries(quizzes)
}

/** `lesson list` and `lesson check`: the lessons of a folder, or of the course. */
import type { LessonError } from '@core/lessons/format'
import { checkLessons } from '../lessons/check'
import { createLessons } from '../lessons/lessons'
import { trainBugs } from '../lessons/train-bugs'
import type { Labs } from '../service/labs'
import type { Spawn } from '../service/spawn'
import type { Texts } from '../texts'
import type { Output } from './output'
import { table } from './table'

export const lessonActions = ['list', 'check'] as const

export interface LessonRequest {
  readonly action: (typeof lessonActions)[number]
  /** Null for the course. */
  readonly folder: string | null
  readonly json: boolean
  /** Whether to train every broken lab before and after its fix. */
  readonly train: boolean
}

export interface LessonContext {
  /** Folder of the course's lessons. */
  readonly course: string
  readonly labs: Labs
  readonly spawn: Spawn
  readonly output: Output
  readonly texts: Texts
  readonly interrupted: AbortSignal
}

/** Returns the exit code: 1 if `check` found an error. Throws LabError if the folder cannot be read. */
export async function lesson(request: LessonRequest, context: LessonContext): Promise<number> {
  const folder = request.folder ?? context.course
  return request.action === 'list' ? list(folder, request.json, context) : check(folder, request, context)
}

async function list(folder: string, json: boolean, { output, texts }: LessonContext): Promise<number> {
  const { lessons } = await createLessons(folder).list(texts.language)
  if (json) lessons.forEach((each) => output.json(each))
  else {
    const rows = lessons.map(({ id, question, minutes, title }) => [id, String(question ?? ''), String(minutes), plain(title)])
    for (const line of table(texts.cli('lessonColumns').split(','), rows)) output.line(line)
  }
  return 0
}

async function check(
  folder: string,
  { json, train }: LessonRequest,
  { labs, spawn, output, texts, interrupted }: LessonContext,
): Promise<number> {
  const { lessons, errors: found } = await checkLessons(folder, labs)
  const say = (title: string): void => output.say(texts.cli('lessonTrains', { title }))
  const errors = train && found.length === 0 ? await trainBugs(folder, labs, spawn, say, interrupted) : found
  if (interrupted.aborted) return 130
  const ok = errors.length === 0
  if (json) output.json({ ok, lessons: lessons.length, errors })
  else {
    for (const error of errors) output.line(sentence(error))
    output.line(texts.cli(ok ? 'lessonsGood' : 'lessonsWrong', { lessons: lessons.length, errors: errors.length }))
  }
  return ok ? 0 : 1
}

/** `scaling/en.md:12 (quiz-variance): …` */
function sentence({ lesson: name, file, line, piece, detail }: LessonError): string {
  return `${name}/${file}${line === undefined ? '' : `:${line}`}${piece === undefined ? '' : ` (${piece})`}: ${detail}`
}

/** A title as one line of text; formulas as their source, which MathML has as annotation. */
const plain = (html: string): string =>
  html
    .replace(/<math.*?<annotation[^>]*>(.*?)<\/annotation>.*?<\/math>/gs, '$1')
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')

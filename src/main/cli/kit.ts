/** `kit`: class kits and submissions on the command line. */
import { existsSync } from 'node:fs'
import { basename, dirname, extname, resolve } from 'node:path'
import { lessonProgress, type LessonProgress } from '@core/lessons/progress'
import type { Graded, HandMarks } from '@core/classroom/grade'
import type { HostDescription } from '@core/contract/lab'
import { LabError, toProblem } from '@core/errors'
import { gradeFolder, readArchiveFile } from '../classroom/folder'
import { gradeApart } from '../classroom/grade-apart'
import { makeKit, readKit, requireUsable } from '../classroom/kit'
import { questionsIn } from '../classroom/questions'
import { selftest } from '../classroom/selftest'
import { makeWork } from '../classroom/work'
import { readLessons } from '../lessons/lessons'
import type { Paths } from '../paths'
import { namesIn, readJson, writeAtomically } from '../service/files'
import type { Labs } from '../service/labs'
import type { Spawn } from '../service/spawn'
import type { Texts } from '../texts'
import type { Output } from './output'
import { readData } from './read-lab'
import { table } from './table'

export const kitActions = ['make', 'check', 'submit', 'grade', 'selftest'] as const

export interface KitRequest {
  readonly action: (typeof kitActions)[number]
  /** The folder with `kit.json` to make, the file to check, the kit to submit to, the folder to grade; null for `selftest`. */
  readonly path: string | null
  readonly out: string | null
  readonly kit: string | null
  /** `ASSIGNMENT=FOLDER`, in the order the runs were trained. */
  readonly runs: readonly string[]
  readonly pupil: string | null
  /** Folder of the progress in lessons. */
  readonly progress: string | null
  readonly data: string | null
  readonly weights: boolean
  readonly trainAgain: boolean
  readonly json: boolean
}

export interface KitContext {
  readonly labs: Labs
  readonly paths: Pick<Paths, 'labs' | 'lessons' | 'exampleKit'>
  readonly spawn: Spawn
  readonly description: HostDescription
  readonly output: Output
  readonly texts: Texts
  readonly interrupted: AbortSignal
}

/** Returns the exit code: 1 if a check or the self-test found something, 130 if interrupted. Throws LabError. */
export async function kit(request: KitRequest, context: KitContext): Promise<number> {
  const actions: Record<KitRequest['action'], () => Promise<number>> = {
    make: () => make(request, context),
    check: () => check(request, context),
    submit: () => submit(request, context),
    grade: () => grade(request, context),
    selftest: () => testItself(request, context),
  }
  return actions[request.action]()
}

async function make({ path, out, json }: KitRequest, { labs, paths, description, output, texts }: KitContext): Promise<number> {
  const given = resolve(path ?? '')
  const folder = basename(given) === 'kit.json' ? dirname(given) : given
  const file = resolve(out ?? '')
  const teachers = teachersEdition(file)
  for (const each of [file, teachers]) if (existsSync(each)) throw new LabError('kit.exists', { path: each })
  const made = await makeKit(folder, { version: description.version, labOf: (id) => labs.read(id) })
  requireUsable(readKit(made.teachers), await lessonIds(paths.lessons))
  await writeAtomically(file, made.pupils)
  await writeAtomically(teachers, made.teachers)
  if (json) output.json({ type: 'done', id: made.manifest.id, file, teachers, bytes: made.pupils.length })
  else output.line(texts.cli('kitMade', { file, teachers }))
  return 0
}

/** `class.labkit` → `class.teacher.labkit` */
function teachersEdition(file: string): string {
  const extension = extname(file)
  return `${file.slice(0, file.length - extension.length)}.teacher${extension || '.labkit'}`
}

async function check(request: KitRequest, context: KitContext): Promise<number> {
  const { path, kit: kitPath, json } = request
  const { output, texts } = context
  const bytes = await readArchiveFile(resolve(path ?? ''))
  if (kitPath === null) {
    const read = readKit(bytes)
    requireUsable(read, await lessonIds(context.paths.lessons))
    const { manifest, isTeachers, files } = read
    const { assignments, lessons, rubric } = manifest
    const of = rubric.reduce((sum, { points }) => sum + points, 0)
    if (json)
      output.json({ ok: true, id: manifest.id, isTeachers, assignments: assignments.length, lessons: lessons.length, of })
    else
      output.line(
        texts.cli('kitGood', {
          title: texts.local(manifest.title),
          assignments: assignments.length,
          lessons: lessons.length,
          points: of,
          files: files.size,
        }),
      )
    return 0
  }
  const { grade: gradeOne } = await grader(request, context)
  const graded = await gradeOne(bytes, {})
  if (json) output.json({ type: 'work', file: basename(path ?? ''), ...written(graded, context) })
  else printGraded(basename(path ?? ''), graded, context)
  return 0
}

async function submit(
  { path, out, runs, pupil, progress, data, weights, json }: KitRequest,
  { description, output, texts }: KitContext,
): Promise<number> {
  const file = resolve(out ?? '')
  if (existsSync(file)) throw new LabError('kit.exists', { path: file })
  const read = readKit(await readArchiveFile(resolve(path ?? '')))
  const text = data === null ? null : new TextDecoder().decode(await readData(data))
  const given = runs.map((run) => {
    const [assignment, folder] = splitAt(run, run.indexOf('='))
    return { assignment, folder: resolve(folder), data: text }
  })
  const bytes = await makeWork({
    ...{ kit: read, pupil: pupil ?? '', made: new Date(), runs: given, version: description.version, includeWeights: weights },
    lessons: progress === null ? {} : await readProgress(progress),
  })
  await writeAtomically(file, bytes)
  if (json) output.json({ type: 'done', file, bytes: bytes.length, runs: given.length })
  else output.line(texts.cli('workMade', { file, runs: given.length }))
  return 0
}

const splitAt = (text: string, at: number): [string, string] => (at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)])

/** `LESSON.json` files of a folder. Those that cannot be read are left out. */
async function readProgress(folder: string): Promise<Record<string, LessonProgress>> {
  const found: Record<string, LessonProgress> = {}
  for (const name of await namesIn(folder)) {
    if (!name.endsWith('.json')) continue
    const parsed = lessonProgress.safeParse(await readJson(resolve(folder, name)).catch(() => null))
    if (parsed.success) found[basename(name, '.json')] = parsed.data
  }
  return found
}

async function grade(request: KitRequest, context: KitContext): Promise<number> {
  const { json, path } = request
  const { output, texts, interrupted } = context
  const { isTeachers, grade: gradeOne } = await grader(request, context)
  if (!isTeachers) output.say(texts.problem({ code: 'kit.needs-teachers', params: {} }))
  const counts = { graded: 0, failed: 0 }
  for await (const { file, graded, problem } of gradeFolder(resolve(path ?? ''), gradeOne)) {
    if (interrupted.aborted) return 130
    if (graded) {
      counts.graded++
      if (json) output.json({ type: 'work', file, ...written(graded, context) })
      else printGraded(file, graded, context)
    } else {
      counts.failed++
      if (json) output.json({ type: 'refused', file, code: problem.code, message: texts.problem(problem) })
      else output.line(`${file}: ${texts.problem(problem)}`)
    }
  }
  if (json) output.json({ type: 'done', ...counts })
  else output.line(texts.cli('kitGraded', counts))
  return 0
}

/** Grades with the given kit; whether it has the hidden data. */
async function grader({ kit: path, trainAgain }: KitRequest, { paths, spawn, description, interrupted }: KitContext) {
  const kit = await readArchiveFile(resolve(path ?? ''))
  const { isTeachers } = readKit(kit)
  const questions = { ...(await questionsIn(paths.lessons)) }
  const apart = gradeApart(spawn)
  const grade = (work: Uint8Array<ArrayBuffer>, hand: HandMarks): Promise<Graded> =>
    apart({ kit, work, hand, questions, trainAgain, version: description.version }, interrupted)
  return { isTeachers, grade }
}

async function lessonIds(course: string): Promise<ReadonlySet<string>> {
  return new Set((await readLessons(course)).folders.map(({ id }) => id))
}

/** As JSON, with sentences beside the codes. */
function written({ assignments, marks, ...rest }: Graded, { texts }: KitContext): object {
  return {
    ...rest,
    assignments: assignments.map((each) => ({ ...each, findings: each.findings.map((finding) => said(finding, texts)) })),
    marks: marks.map((mark) => ({ ...mark, because: said(mark.because, texts) })),
  }
}
const said = (problem: Graded['marks'][number]['because'], texts: Texts): object => ({
  code: problem.code,
  message: texts.problem(problem),
})

function printGraded(file: string, { pupil, isLate, assignments, marks, total }: Graded, { output, texts }: KitContext): void {
  const { points, of, open } = total
  output.line(texts.cli(isLate ? 'workGradedLate' : 'workGraded', { file, pupil, points, of, open }))
  for (const { assignment, findings } of assignments)
    for (const finding of findings) output.line(`  ${assignment}: ${texts.problem(finding)}`)
  const rows = marks.map(({ item, points: given, of: most, because }) => [
    item,
    `${given ?? '?'}/${most}`,
    texts.problem(because),
  ])
  for (const line of table(texts.cli('markColumns').split(','), rows)) output.line(`  ${line}`)
}

async function testItself({ json }: KitRequest, context: KitContext): Promise<number> {
  const { output, texts, spawn, description, interrupted, paths } = context
  let failures = 0
  try {
    for await (const { step, ok, detail } of selftest({
      spawn,
      description,
      interrupted,
      labs: paths.labs,
      lessons: paths.lessons,
      example: paths.exampleKit,
    })) {
      if (!ok) failures++
      if (json) output.json({ type: 'step', step, ok, detail: detail && texts.problem(detail) })
      else output.line(`${ok ? '✓' : '✗'} ${texts.cli(step)}${detail ? `\n  ${texts.problem(detail)}` : ''}`)
    }
  } catch (error) {
    if (interrupted.aborted) return 130
    failures++
    output.say(texts.problem(toProblem(error)))
  }
  if (json) output.json({ type: 'done', ok: failures === 0, failures })
  else output.line(texts.cli(failures === 0 ? 'selftestGood' : 'selftestBad', { count: failures }))
  return failures === 0 ? 0 : 1
}

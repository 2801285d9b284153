/** A report on a class: what everybody has done, what was answered, and the class's experiment. */
import type { ClassRuns, PupilReport } from '@core/contract/class'
import type { GradedFile } from '@core/contract/kits'
import type { Caller } from '@core/contract/table'
import type { LabMethods } from '@core/contract/lab'
import { csvOf } from '../../charts/save'
import { localText } from '../../locales'
import { questionsOf, type Question } from './answers'

export interface ReportRow extends PupilReport {
  /** Of the last submission that was graded in this window. */
  readonly mark: { readonly points: number; readonly of: number; readonly open: number } | null
}
export interface ClassReport {
  readonly title: string
  readonly rows: readonly ReportRow[]
  /** Lessons with answers to questions. */
  readonly lessons: readonly { readonly id: string; readonly questions: readonly Question[] }[]
  readonly experiment: ClassRuns
}

interface Sources {
  readonly call: Caller<LabMethods>
  /** Of the class. */
  readonly title: string
  readonly graded: readonly GradedFile[]
  readonly language: 'en' | 'zh'
  /** The experiment to report; null for the largest. */
  readonly experiment: string | null
}

/** Throws LabError. */
export async function gatherReport({ call, title, graded, language, experiment }: Sources): Promise<ClassReport> {
  const [reports, runs] = await Promise.all([call['class.report']({}), firstRuns(call, experiment)])
  const worked = [...new Set(reports.flatMap(({ lessons }) => lessons.map(({ id }) => id)))]
  const lessons = await Promise.all(
    worked.map(async (id) => {
      const given = await call['class.answers']({ lesson: id })
      // A lesson that was removed has no questions any more.
      const read = Object.keys(given).length === 0 ? null : await call['lessons.read']({ id, language }).catch(() => null)
      return { id, questions: read ? questionsOf(read, given).filter(({ answered }) => answered > 0) : [] }
    }),
  )
  return {
    title,
    rows: reports.map((report) => ({ ...report, mark: markOf(report.pupil.id, graded) })),
    lessons: lessons.filter(({ questions }) => questions.length > 0),
    experiment: runs,
  }
}

/** The first part of the stream. */
function firstRuns(call: Caller<LabMethods>, experiment: string | null): Promise<ClassRuns> {
  const abort = new AbortController()
  return new Promise((resolve, reject) => {
    const onPart = (part: ClassRuns): void => {
      resolve(part)
      abort.abort()
    }
    call['class.runs']({ experiment }, { signal: abort.signal, onPart }).catch(reject)
  })
}

/** Submissions are named by pupil and number; the last one counts. */
function markOf(pupil: string, graded: readonly GradedFile[]): ReportRow['mark'] {
  const own = graded.filter(({ file }) => file.includes(`-${pupil}-`)).toSorted((a, b) => (a.file < b.file ? -1 : 1))
  return own.at(-1)?.graded?.total ?? null
}

/** A row for each pupil, without the questions. `titleOf` names lessons, `labOf` labs. Begins with a byte order mark for Excel. */
export function reportCsv({ rows }: Pick<ClassReport, 'rows'>, titleOf: (lesson: string) => string): string {
  const heads = ['pupil', 'connected', 'lessons', 'runs', 'finished', 'lab', 'state', 'step', 'accuracy', 'submissions']
  const cells = rows.map(({ pupil: { name, isConnected, run, handedIn }, lessons, runs, finished, mark }) => [
    ...[name, isConnected ? 'yes' : 'no', lessons.map(({ id, done }) => `${titleOf(id)} (${done})`).join('; ')],
    ...[runs, finished, run ? localText(run.title) : '', run?.state ?? '', run?.step ?? '', run?.accuracy ?? '', handedIn],
    ...[mark?.points ?? '', mark?.of ?? ''],
  ])
  return `\ufeff${csvOf([[...heads, 'points', 'of'], ...cells])}`
}

/** Grades one submission. *Validate* of a pupil and *Grade* of a teacher are this function; only the teacher's kit has the hidden data. */
import { marksOf, totalOf, withHand, type AssignmentReport, type Graded, type HandMarks } from '@core/classroom/grade'
import type { Assignment } from '@core/classroom/kit'
import { restore } from '@core/classroom/locks'
import type { GradedAssignment, GradedModel, LessonQuestions } from '@core/classroom/rubric/define'
import type { SubmittedRun } from '@core/classroom/work'
import type { Signal } from '@core/contract/cancel'
import { LabError, toProblem, type Problem } from '@core/errors'
import { analyse } from '@core/graph/analyse'
import type { LabDocument } from '@core/lab/document'
import { createTask } from '@core/tasks'
import type { HiddenData } from '@core/tasks/hidden'
import type { Kit } from './kit'
import { questionsInKit } from './questions'
import { compare, engineOf, type Reexecute } from './reexecution'
import { environmentHere, type Work } from './work'

export interface GradingOptions {
  readonly kit: Kit
  /** Questions of the course's lessons. */
  readonly questions: Readonly<Record<string, LessonQuestions>>
  readonly reexecute: Reexecute
  /** Whether to train again; otherwise models are the weights handed in or, without any, what the pupil's record says. */
  readonly trainAgain: boolean
  /** Version of the application. */
  readonly version: string
  readonly hand: HandMarks
  readonly signal: Signal
}

/** Throws LabError `work.other-kit` for a submission to another kit, and `cancelled`. */
export async function gradeWork(work: Work, options: GradingOptions): Promise<Graded> {
  const { kit, questions, hand } = options
  const { kit: its, pupil, made, runs, lessons } = work.manifest
  if (its !== kit.manifest.id) throw new LabError('work.other-kit')
  const reports: AssignmentReport[] = []
  const graded = new Map<string, GradedAssignment>()
  for (const assignment of kit.manifest.assignments) {
    const own = runs.filter((run) => run.assignment === assignment.id)
    const last = own.at(-1)
    if (!last) continue
    const { report, subject } = await gradeRun(assignment, last, work, options)
    reports.push(report)
    graded.set(assignment.id, { ...subject, runs: own.map(({ steps }) => steps) })
  }
  const found = marksOf(kit.manifest.rubric, {
    assignment: (id) => graded.get(id) ?? null,
    progress: (lesson) => (Object.hasOwn(lessons, lesson) ? lessons[lesson]! : null),
    questions: (lesson) => questionsInKit(kit.files, lesson) ?? (Object.hasOwn(questions, lesson) ? questions[lesson]! : null),
  })
  const marks = withHand(found, hand)
  const { due } = kit.manifest
  return {
    pupil,
    made,
    isLate: due !== null && Date.parse(made) > Date.parse(due),
    assignments: reports,
    marks,
    total: totalOf(marks),
  }
}

interface GradedRun {
  readonly report: AssignmentReport
  readonly subject: Omit<GradedAssignment, 'runs'>
}

async function gradeRun(assignment: Assignment, run: SubmittedRun, work: Work, options: GradingOptions): Promise<GradedRun> {
  const { kit } = options
  const original = kit.labOf(assignment)
  const { lab, changed } = restore(work.labOf(run), original, assignment.locks)
  const findings: Problem[] = changed.map((part) => ({ code: 'mark.restored', params: { part } }))
  const data = assignment.locks.data ? kit.dataOf(assignment) : (work.dataOf(run) ?? kit.dataOf(assignment))
  const { signature } = createTask(lab.task, data).spec
  const analysis = analyse(lab, signature)
  const subject = { lab, signature, analysis }
  const { model, agreement, because } = await modelOf(
    { assignment, run, work, lab, data, isAsHandedIn: changed.length === 0 },
    options,
  )
  findings.push(...analysis.problems.slice(0, 1), ...because)
  return { report: { assignment: assignment.id, agreement, restored: changed, findings }, subject: { ...subject, model } }
}

interface RunToGrade {
  readonly assignment: Assignment
  readonly run: SubmittedRun
  readonly work: Work
  /** With the locked parts restored. */
  readonly lab: LabDocument
  readonly data: string | null
  readonly isAsHandedIn: boolean
}

interface Found {
  readonly model: GradedModel | null
  readonly agreement: AssignmentReport['agreement']
  readonly because: readonly Problem[]
}

async function modelOf(subject: RunToGrade, options: GradingOptions): Promise<Found> {
  const given = await weightsOf(subject, options)
  if (options.trainAgain) {
    const trained = await trainedAgain(subject, options).catch(reasonUnless(options.signal))
    return {
      ...trained,
      because: [...(given?.because.filter(({ code }) => code !== 'rerun.weights') ?? []), ...trained.because],
    }
  }
  if (given) return given
  const model: GradedModel = { from: 'record', validation: subject.run.evaluation, hidden: {} }
  return { model, agreement: null, because: [{ code: 'mark.not-trained-again', params: {} }] }
}

/** The model of the weights that were handed in; null for none, or where they are those of another lab than the restored one. */
async function weightsOf(
  { assignment, run, work, lab, data, isAsHandedIn }: RunToGrade,
  options: GradingOptions,
): Promise<Found | null> {
  const weights = work.weightsOf(run)
  if (!weights || !isAsHandedIn) return null
  const { kit, reexecute, signal } = options
  const trained = { ...lab, training: { ...lab.training, steps: Math.max(1, run.steps) } }
  const job = { engine: engineOf(run.environment), lab: trained, data, hidden: hiddenOf(kit, assignment), weights, at: [] }
  try {
    const opened = await reexecute(job, assignment.budget.seconds, signal)
    if (opened.stateHash !== run.stateHash) throw new LabError('rerun.other-weights')
    const model: GradedModel = { from: 'weights', validation: opened.validation, hidden: opened.hidden }
    return { model, agreement: null, because: [{ code: 'rerun.weights', params: {} }] }
  } catch (error) {
    return reasonUnless(signal)(error)
  }
}

/** Throws LabError where it cannot be trained within the budget. */
async function trainedAgain({ assignment, run, lab, data, isAsHandedIn }: RunToGrade, options: GradingOptions): Promise<Found> {
  const { kit, reexecute, version, signal } = options
  const { steps, seconds } = assignment.budget
  if (lab.training.steps > steps) throw new LabError('rerun.over-budget', { steps: lab.training.steps, most: steps })
  const job = {
    engine: engineOf(run.environment),
    lab,
    data,
    hidden: hiddenOf(kit, assignment),
    weights: null,
    at: run.curve.steps,
  }
  const found = await reexecute(job, seconds, signal)
  const model: GradedModel = { from: 'training', validation: found.validation, hidden: found.hidden }
  if (!isAsHandedIn) return { model, agreement: null, because: [] } // it is another lab than the one that was trained
  const withSeed = (offset: number) => {
    const seed = (lab.training.seed + offset) % 2 ** 32
    return reexecute({ ...job, lab: { ...lab, training: { ...lab.training, seed } }, hidden: {}, at: [] }, seconds, signal)
  }
  const { agreement, because } = await compare(run, found, environmentHere(found.engine, version), withSeed)
  return { model, agreement, because: [because] }
}

/** No model, and why. Throws LabError `cancelled` instead where grading was. */
const reasonUnless =
  (signal: Signal) =>
  (error: unknown): Found => {
    if (signal.aborted) throw new LabError('cancelled')
    return { model: null, agreement: null, because: [toProblem(error)] }
  }

/** The hidden data that the rubric uses for an assignment. */
function hiddenOf(kit: Kit, { id }: Assignment): Readonly<Record<string, HiddenData>> {
  const names = kit.manifest.rubric.flatMap((item) =>
    item.is === 'metric' && item.assignment === id && item.on !== undefined ? [item.on] : [],
  )
  const known = [...new Set(names)].flatMap((name) => {
    const data = kit.hidden(name)
    return data ? [[name, data] as const] : []
  })
  return Object.fromEntries(known)
}

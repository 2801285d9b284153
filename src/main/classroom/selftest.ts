/** Makes an example kit and a submission, grades it again from its seed, then tampers with both, which must be noticed. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Graded } from '@core/classroom/grade'
import type { LessonQuestions } from '@core/classroom/rubric/define'
import type { WorkManifest } from '@core/classroom/work'
import { newAbort } from '@core/contract/cancel'
import { owner } from '@core/contract/client'
import { labEvents, labMethods, type HostDescription } from '@core/contract/lab'
import { memoryPorts } from '@core/contract/memory-port'
import { connect } from '@core/contract/rpc'
import { isUnderWay } from '@core/contract/run-state'
import type { RunPart } from '@core/contract/runs'
import { LabError, toProblem, type Problem } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import type { LessonProgress } from '@core/lessons/progress'
import { makeTemporaryHome } from '../service/temporary-home'
import { createLabs } from '../service/labs'
import { pageHost } from '../service/page-host'
import { createService } from '../service/service'
import type { Spawn } from '../service/spawn'
import { readArchive, writeArchive } from './archive'
import { gradeApart } from './grade-apart'
import { makeKit, readKit, requireUsable } from './kit'
import { listed } from './manifest'
import { questionsIn } from './questions'
import { makeWork, readWork } from './work'

export interface SelftestOptions {
  readonly spawn: Spawn
  readonly description: HostDescription
  /** Folders of the built-in labs, of the course, and of the example. */
  readonly labs: string
  readonly lessons: string
  readonly example: string
  readonly interrupted: AbortSignal
}

export const selftestSteps = [
  'selftestMake',
  'selftestWork',
  'selftestGrade',
  'selftestByte',
  'selftestCurve',
  'selftestMetric',
  'selftestWeights',
  'selftestLocked',
  'selftestOtherKit',
] as const

export interface SelftestStep {
  readonly step: (typeof selftestSteps)[number]
  readonly ok: boolean
  /** What was found, as a sentence. */
  readonly detail: Problem | null
}

type Bytes = Uint8Array<ArrayBuffer>
const steps = 400

/** Throws LabError where a part that must work does not. */
export async function* selftest(options: SelftestOptions): AsyncGenerator<SelftestStep> {
  const { spawn, description, labs, lessons, example, interrupted } = options
  const { version } = description
  const questions = await questionsIn(lessons)

  const made = await makeKit(example, { version, labOf: (id) => createLabs(labs).read(id) })
  const [kit, pupils] = [readKit(made.teachers), readKit(made.pupils)]
  requireUsable(kit, new Set(Object.keys(questions)))
  const keepsSecret = pupils.hidden('other-sequences') === undefined && kit.hidden('other-sequences') !== undefined
  yield { step: 'selftestMake', ok: keepsSecret && pupils.manifest.id === kit.manifest.id, detail: null }

  const lab = kit.labOf(kit.manifest.assignments[0]!)
  const [first, second] = [withSteps(lab, 1), withSteps(lab, 2)]
  const home = await makeTemporaryHome()
  try {
    const [one, other] = [await train(first, home.path, options), await train(second, home.path, options)]
    const submit = (folder: string): Promise<Bytes> =>
      makeWork({
        ...{ kit: pupils, pupil: 'Ada', made: new Date(), version, includeWeights: true },
        runs: [{ assignment: 'reverse', folder, data: null }],
        lessons: { scaling: answered(questions.scaling!) },
      })
    const [work, others] = [await submit(one), await submit(other)]
    yield { step: 'selftestWork', ok: true, detail: null }

    const apart = gradeApart(spawn)
    const grade = (submission: Bytes): Promise<Graded> =>
      apart(
        { kit: made.teachers, work: submission, questions: { ...questions }, trainAgain: true, hand: {}, version },
        interrupted,
      )
    const graded = await grade(work)
    const { points, of, open } = graded.total
    yield { step: 'selftestGrade', ok: points === of && open === 0 && agrees(graded), detail: findingOf(graded) }

    const noticed = async (
      step: SelftestStep['step'],
      attempt: () => Promise<Graded>,
      ...codes: readonly Problem['code'][]
    ): Promise<SelftestStep> => {
      const detail = await attempt().then(findingOf, toProblem)
      if (interrupted.aborted) throw new LabError('cancelled')
      return { step, ok: detail !== null && codes.includes(detail.code), detail }
    }
    const damaged = new Uint8Array(work)
    damaged[Math.floor(damaged.length / 2)]! ^= 0xff
    yield noticed('selftestByte', () => grade(damaged), 'archive.changed', 'archive.hash', 'archive.truncated')
    yield noticed(
      'selftestCurve',
      () =>
        grade(
          altered(work, (run) => ({
            ...run,
            curve: { ...run.curve, values: run.curve.values.map((value, at) => (at === 5 ? value / 2 : value)) },
          })),
        ),
      'rerun.curve-edited',
    )
    yield noticed(
      'selftestMetric',
      () => grade(altered(work, (run) => ({ ...run, evaluation: { ...run.evaluation, accuracy: 1 } }))),
      'rerun.metric-edited',
    )
    const foreign = readArchive(others).get('weights/1.safetensors')!
    yield noticed(
      'selftestWeights',
      () => grade(altered(work, (run) => run, new Map([['weights/1.safetensors', foreign]]))),
      'rerun.other-weights',
    )
    const eased: LabDocument = { ...first, task: { ...first.task, params: { ...first.task.params, length: 4 } } }
    yield noticed(
      'selftestLocked',
      () => grade(altered(work, (run) => run, new Map([['labs/1.json', encoded(eased)]]))),
      'mark.restored',
    )
    yield noticed('selftestOtherKit', () => grade(withKit(work, randomBytes(32).toString('hex'))), 'work.other-kit')
  } finally {
    await home.remove()
  }
}

const withSteps = (lab: LabDocument, seed: number): LabDocument => ({ ...lab, training: { ...lab.training, steps, seed } })
const agrees = ({ assignments }: Graded): boolean => assignments.every(({ agreement }) => agreement === 'same')
const findingOf = ({ assignments }: Graded): Problem | null => assignments[0]?.findings[0] ?? null
const encoded = (value: unknown): Bytes => new TextEncoder().encode(JSON.stringify(value))

/** Right answers, as a pupil's progress has them. */
function answered(questions: LessonQuestions): LessonProgress {
  const answers = Object.entries(questions).map(([piece, { quiz, options }]) => {
    if (quiz.type === 'one') return [piece, [quiz.answer]]
    if (quiz.type === 'several') return [piece, quiz.answers]
    if (quiz.type === 'number') return [piece, quiz.answer]
    return [piece, Array.from({ length: options }, (_, index) => index)]
  })
  return {
    screen: 0,
    done: Object.keys(questions),
    answers: Object.fromEntries(answers) as LessonProgress['answers'],
    time: Date.now(),
  }
}

/** A submission changed by somebody who corrects every hash. */
function altered(
  work: Bytes,
  change: (run: WorkManifest['runs'][number]) => WorkManifest['runs'][number],
  replaced: ReadonlyMap<string, Bytes> = new Map(),
): Bytes {
  const files = new Map([...readArchive(work), ...replaced])
  const manifest = readWork(work).manifest
  files.delete('work.json')
  const runs = manifest.runs.map(change)
  for (const name of files.keys())
    if (name.startsWith('weights/') && runs.every(({ weights }) => weights !== name)) files.delete(name)
  return writeArchive(new Map([...files, ['work.json', encoded({ ...manifest, runs, files: listed(files) })]]))
}

function withKit(work: Bytes, kit: string): Bytes {
  const files = new Map(readArchive(work))
  files.set('work.json', encoded({ ...readWork(work).manifest, kit }))
  return writeArchive(files)
}

/** The folder of a finished run. */
async function train(
  lab: LabDocument,
  home: string,
  { spawn, description, labs, interrupted }: SelftestOptions,
): Promise<string> {
  const service = await createService({ home, labs, spawn })
  const over = newAbort()
  interrupted.addEventListener('abort', () => over.abort(), { once: true })
  try {
    const [near, far] = memoryPorts()
    service.connect(far, owner, pageHost(description))
    const { call } = connect(near, labMethods, labEvents)
    const { run } = await call['runs.start']({ lab, engine: 'auto', data: null })
    await new Promise<void>((resolve, reject) => {
      const onPart = ({ status }: RunPart): void => {
        if (status && !isUnderWay(status)) resolve()
      }
      call['runs.follow']({ run }, { signal: over.signal, onPart }).catch(reject)
    })
    over.abort()
    return join(home, 'runs', run)
  } finally {
    await service.close()
  }
}

/** Jobs on class kits and submissions. */
import { newAbort, onAbort } from '@core/contract/cancel'
import type { EngineChoice } from '@core/contract/engine'
import type { Handlers } from '@core/contract/table'
import type { WorkerMethods } from '@core/contract/worker'
import { LabError } from '@core/errors'
import type { Executor } from '@engine/executor'
import { gradeWork } from '../classroom/grading'
import { assembleKit, pupilsEdition, readKit, requireUsable } from '../classroom/kit'
import { summaryOf } from '../classroom/summary'
import type { Reexecute } from '../classroom/reexecution'
import { makeWork, readWork } from '../classroom/work'
import { reexecute } from './reexecute'

type Jobs = Pick<Handlers<WorkerMethods>, 'openKit' | 'makeKit' | 'makeWork' | 'gradeWork'>

export const classroomJobs = (executorOf: (engine: EngineChoice) => Promise<Executor>): Jobs => ({
  openKit({ bytes }) {
    const kit = readKit(bytes)
    const { assignments } = kit.manifest
    const labs = assignments.map((each) => [each.id, { lab: kit.labOf(each), data: kit.dataOf(each) }] as const)
    const lessons = [...kit.files].filter(([path]) => path.startsWith('lessons/'))
    return {
      summary: summaryOf(kit),
      labs: Object.fromEntries(labs),
      lessons: Object.fromEntries(lessons),
      pupils: pupilsEdition(kit),
    }
  },
  makeKit({ spec, labs, texts, version, known }) {
    const parts = { labs: new Map(Object.entries(labs)), texts: new Map(Object.entries(texts)), lessons: new Map(), version }
    const { pupils, teachers } = assembleKit(spec, parts)
    requireUsable(readKit(teachers), new Set(known))
    return { pupils, teachers }
  },
  makeWork: ({ kit, made, weights, ...rest }) =>
    makeWork({ ...rest, kit: readKit(kit), made: new Date(made), includeWeights: weights }),
  gradeWork({ kit, work, questions, trainAgain, hand, version }, { part, signal }) {
    let last = 0
    const here: Reexecute = async ({ engine, ...job }, seconds, cancelled) => {
      const abort = newAbort()
      const late = newAbort()
      const timer = setTimeout(() => {
        late.abort()
        abort.abort()
      }, 1000 * seconds)
      const forget = onAbort(cancelled, () => abort.abort())
      const onStep = (done: number): void => {
        if (performance.now() - last < 100) return
        last = performance.now()
        part({ done, of: job.lab.training.steps })
      }
      try {
        return await reexecute(await executorOf(engine), job, { signal: abort.signal, onStep })
      } catch (error) {
        throw late.signal.aborted ? new LabError('rerun.too-long', { seconds }) : error
      } finally {
        clearTimeout(timer)
        forget()
      }
    }
    return gradeWork(readWork(work), { kit: readKit(kit), questions, reexecute: here, trainAgain, hand, version, signal })
  },
})

/** Grades a submission in a process of its own, which reads both archives and trains: a bad file harms nothing else. */
import type { Graded } from '@core/classroom/grade'
import { onAbort, type Signal } from '@core/contract/cancel'
import type { Argument } from '@core/contract/table'
import type { Progress } from '@core/contract/progress'
import type { WorkerMethods } from '@core/contract/worker'
import { LabError } from '@core/errors'
import type { Spawn } from '../service/spawn'
import { startWorker } from '../service/worker'

export type GradeJob = Argument<WorkerMethods, 'gradeWork'>
export type Grade = (job: GradeJob, signal: Signal, onPart?: (progress: Progress) => void) => Promise<Graded>

/** The process is killed when the signal is aborted; then it rejects with LabError `cancelled`. */
export const gradeApart =
  (spawn: Spawn): Grade =>
  async (job, signal, onPart = () => undefined) => {
    const worker = startWorker(spawn)
    const forget = onAbort(signal, () => worker.end(new LabError('cancelled')))
    try {
      return await worker.ask((call) => call.gradeWork(job, { onPart }))
    } finally {
      forget()
      worker.end()
    }
  }

/** What a training run will take on this machine, before it starts: from a trial of it, which took a moment. */
import type { Budget } from '@core/contract/runs'
import type { LabDocument } from '@core/lab/document'
import type { TaskSpec } from '@core/tasks/types'
import { batchesWithin, evaluationBatch, quick, thorough } from './evaluation'

/** The first steps of a training, taken in a process of their own. */
export interface Trial {
  readonly engine: string
  readonly parameters: number
  /** Mean over the steps that counted. */
  readonly stepMilliseconds: number
  /** Of one validation batch; null where there was no time for one. */
  readonly evaluationMilliseconds: number | null
  /** Most memory its process had at once. */
  readonly peakBytes: number
}

export function budgetOf(lab: LabDocument, spec: TaskSpec, trial: Trial): Budget {
  const { engine, parameters, peakBytes, stepMilliseconds, evaluationMilliseconds } = trial
  const { steps, evaluateEvery } = lab.training
  const size = evaluationBatch(lab, spec)
  const available = Math.ceil(spec.validation / size)
  const looks = Math.ceil(steps / evaluateEvery) - 1
  const evaluations = looks * batchesWithin(quick, size, available) + batchesWithin(thorough, size, available)
  return {
    engine,
    parameters,
    peakBytes,
    stepsPerSecond: 1000 / stepMilliseconds,
    secondsToFinish: (steps * stepMilliseconds + evaluations * (evaluationMilliseconds ?? 0)) / 1000,
    isLowerBound: evaluationMilliseconds === null,
  }
}

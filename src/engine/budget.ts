/** Estimates time and memory of a training run on this machine from a short trial. */
import type { Budget } from '@core/contract/runs'
import type { LabDocument } from '@core/lab/document'
import type { TaskSpec } from '@core/tasks/types'
import { batchesWithin, evaluationBatch, quick, thorough } from './evaluation'

/** Measurements of the first training steps, taken in a separate process. */
export interface Trial {
  readonly engine: string
  /** The graphics processor, if one computed. */
  readonly device?: string | undefined
  /** The trial on another engine, if there was one, that was slower. */
  readonly slower?: Trial | undefined
  readonly parameters: number
  /** Mean over the steps counted. */
  readonly stepMilliseconds: number
  /** Of one validation batch; null if there was no time for one. */
  readonly evaluationMilliseconds: number | null
  /** Peak memory of the process. */
  readonly peakBytes: number
}

export function budgetOf(lab: LabDocument, spec: TaskSpec, trial: Trial): Budget {
  const { engine, device, slower, parameters, peakBytes, stepMilliseconds, evaluationMilliseconds } = trial
  const { steps, evaluateEvery } = lab.training
  const size = evaluationBatch(lab, spec)
  const available = Math.ceil(spec.validation / size)
  const looks = Math.ceil(steps / evaluateEvery) - 1
  const evaluations = looks * batchesWithin(quick, size, available) + batchesWithin(thorough, size, available)
  return {
    engine,
    device,
    slower: slower && { engine: slower.engine, device: slower.device, stepsPerSecond: 1000 / slower.stepMilliseconds },
    parameters,
    peakBytes,
    stepsPerSecond: 1000 / stepMilliseconds,
    secondsToFinish: (steps * stepMilliseconds + evaluations * (evaluationMilliseconds ?? 0)) / 1000,
    isLowerBound: evaluationMilliseconds === null,
  }
}

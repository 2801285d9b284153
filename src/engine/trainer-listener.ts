/** What a trainer reports to its owner, e.g. over a port. */
import type { Evaluation, RunStatus, RunSummary } from '@core/contract/runs'
import type { Problem } from '@core/errors'
import type { StepResult } from './training-step'

export type TrainerState = 'running' | 'paused' | 'finished' | 'stopped' | 'failed'

export interface TrainerStatus extends Pick<RunStatus, 'baseline'> {
  readonly state: TrainerState
  readonly step: number
  readonly learningRate: number
  /** Step of the last checkpoint; null if there is none. */
  readonly checkpoint: number | null
  readonly problem: Problem | null
}

/** Called between steps; the methods must not throw. */
export interface TrainerListener {
  status(status: TrainerStatus): void
  step(step: number, result: StepResult): void
  evaluation(evaluation: Evaluation): void
  summary(summary: RunSummary): void
}

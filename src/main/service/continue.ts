/** Continuing a run beyond its last step. */
import type { RunStatus } from '@core/contract/runs'
import { LabError } from '@core/errors'
import { training } from '@core/lab/document'
import type { RunRequest } from './run-files'

/**
 * The request of a run that trains so many steps `more`: beyond those it was to take, or, where it has finished, beyond those it has
 * taken, which may be fewer. The schedule of the learning rate is that of the lab with the new number of steps, so that a rate that
 * had decayed to zero begins higher again. Throws LabError `run.too-many-steps`.
 */
export function continuedBeyond(request: RunRequest, { state, checkpoint, steps }: RunStatus, more: number): RunRequest {
  const total = (state === 'finished' ? (checkpoint ?? steps) : steps) + more
  const most = training.shape.steps
  if (!most.safeParse(total).success) throw new LabError('run.too-many-steps', { steps: total })
  const lab = { ...request.lab, training: { ...request.lab.training, steps: total } }
  return { ...request, lab, continuedFrom: checkpoint }
}

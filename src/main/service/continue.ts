/** Continues a run beyond its last step. */
import type { RunStatus } from '@core/contract/runs'
import { LabError } from '@core/errors'
import { training } from '@core/lab/document'
import type { RunRequest } from './run-files'

/**
 * The request for `more` steps: beyond the requested number, or, for a finished run, beyond those taken, which may be fewer.
 * The learning rate follows the lab's schedule for the new number of steps, so a rate that had decayed to zero rises again.
 * Throws LabError `run.too-many-steps`.
 */
export function continuedBeyond(request: RunRequest, { state, checkpoint, steps }: RunStatus, more: number): RunRequest {
  const total = (state === 'finished' ? (checkpoint ?? steps) : steps) + more
  const most = training.shape.steps
  if (!most.safeParse(total).success) throw new LabError('run.too-many-steps', { steps: total })
  const lab = { ...request.lab, training: { ...request.lab.training, steps: total } }
  return { ...request, lab, continuedFrom: checkpoint }
}

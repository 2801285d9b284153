/** Continues a run beyond its last step. */
import { LabError } from '../errors'
import { training, type LabDocument } from '../lab/document'
import type { RunStatus } from './runs'

/**
 * The lab for `more` steps: beyond the requested number, or, for a finished run, beyond those taken, which may be fewer. The learning rate
 * follows the lab's schedule for the new number of steps, so a rate that had decayed to zero rises again. Throws LabError
 * `run.too-many-steps`.
 */
export function continuedBeyond(
  lab: LabDocument,
  { state, checkpoint, steps }: Pick<RunStatus, 'state' | 'checkpoint' | 'steps'>,
  more: number,
): { readonly lab: LabDocument; readonly continuedFrom: number | null } {
  const total = (state === 'finished' ? (checkpoint ?? steps) : steps) + more
  const most = training.shape.steps
  if (!most.safeParse(total).success) throw new LabError('run.too-many-steps', { steps: total })
  return { lab: { ...lab, training: { ...lab.training, steps: total } }, continuedFrom: checkpoint }
}

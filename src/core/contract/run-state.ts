/** What the state of a run allows, for hosts and pages. */
import type { RunStatus } from './runs'

type InState = Pick<RunStatus, 'state'>

/** Whether the run occupies a core. */
export const trains = ({ state }: InState): boolean => state === 'starting' || state === 'running'

/** Whether its worker takes commands. A queued run receives them once it starts. */
export const acceptsChanges = ({ state }: InState): boolean => trains({ state }) || state === 'paused'

/** Whether it is training, paused or queued. */
export const isUnderWay = ({ state }: InState): boolean => state === 'queued' || acceptsChanges({ state })

/** Whether it can train beyond its planned steps, from its last checkpoint. */
export const canContinue = (status: RunStatus): boolean => !isUnderWay(status) && status.checkpoint !== null

/** Whether it can be resumed from its last checkpoint to its planned last step. */
export function canResume({ state, checkpoint, step, steps }: RunStatus): boolean {
  if (checkpoint === null) return false
  return state === 'interrupted' || state === 'failed' || (state === 'stopped' && step < steps)
}

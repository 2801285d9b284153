/** What a run's state allows, for hosts and pages alike. */
import type { RunStatus } from './runs'

type InState = Pick<RunStatus, 'state'>

/** Whether it keeps a core busy. */
export const trains = ({ state }: InState): boolean => state === 'starting' || state === 'running'

/** Whether its worker takes commands; that of a queued run gets them once the run trains. */
export const hearsChanges = ({ state }: InState): boolean => trains({ state }) || state === 'paused'

/** Whether it trains or waits to. */
export const isUnderWay = ({ state }: InState): boolean => state === 'queued' || hearsChanges({ state })

/** Whether it can train more steps than it was to take, from its last checkpoint. */
export const canContinue = (status: RunStatus): boolean => !isUnderWay(status) && status.checkpoint !== null

/** Whether it can go on from its last checkpoint to the end it was to come to. */
export function canResume({ state, checkpoint, step, steps }: RunStatus): boolean {
  if (checkpoint === null) return false
  return state === 'interrupted' || state === 'failed' || (state === 'stopped' && step < steps)
}

/** Early stopping (Prechelt 1998): ends training when the validation loss has not improved for a number of evaluations. */
import { z } from 'zod'

export const patienceState = z.object({
  /** The smallest validation loss so far; null before the first evaluation. */
  best: z.number().nullable(),
  /** Evaluations since then. */
  since: z.number().int().nonnegative(),
  /** Step of the last evaluation counted, so that resuming from a checkpoint counts none twice. */
  judged: z.number().int().nonnegative(),
})
export type PatienceState = z.infer<typeof patienceState>

export const untried: PatienceState = { best: null, since: 0, judged: 0 }

/** The state after one more evaluation. A loss of NaN is no improvement. */
export function observe({ best, since }: PatienceState, { step, loss }: { step: number; loss: number }): PatienceState {
  const hasFallen = Number.isFinite(loss) && (best === null || loss < best)
  return hasFallen ? { best: loss, since: 0, judged: step } : { best, since: since + 1, judged: step }
}

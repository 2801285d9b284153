/** Early stopping (Prechelt 1998): training ends when the validation loss has not fallen for so many evaluations. */
import { z } from 'zod'

export const patienceState = z.object({
  /** The smallest validation loss so far; null before the first evaluation. */
  best: z.number().nullable(),
  /** Evaluations since then. */
  since: z.number().int().nonnegative(),
  /** Step of the last evaluation that was counted, so that going on from a checkpoint counts none twice. */
  judged: z.number().int().nonnegative(),
})
export type PatienceState = z.infer<typeof patienceState>

export const untried: PatienceState = { best: null, since: 0, judged: 0 }

/** After one more evaluation. A loss that is no number is none that has fallen. */
export function observe({ best, since }: PatienceState, { step, loss }: { step: number; loss: number }): PatienceState {
  const hasFallen = Number.isFinite(loss) && (best === null || loss < best)
  return hasFallen ? { best: loss, since: 0, judged: step } : { best, since: since + 1, judged: step }
}

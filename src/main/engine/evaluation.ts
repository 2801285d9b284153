/** How good the model is on what it has never seen: metrics over held-out batches. */
import type { Evaluation } from '@core/contract/lab'
import { batchFeeds, type Gates } from './feeds'
import { evaluationBatch, type Model } from './model'

/** Most batches of an evaluation between steps, and at the end or on demand: enough for a figure that is steady to a percent. */
export const quickBatches = 16
export const thoroughBatches = 256

const sumName = /^metric\/(.+)\/sum$/

/**
 * Averages over all that counts in the held-out set, or in `limit` batches spread evenly over it if there are more. `pause` is
 * awaited between batches; null if it says to give up. Changes no state.
 */
export async function evaluate(
  { lab, task, evaluate: { program, executable } }: Model,
  step: number,
  gates: Gates,
  limit: number,
  pause: () => Promise<'go on' | 'give up'>,
): Promise<Evaluation | null> {
  const size = evaluationBatch(lab, task.spec)
  const available = task.evaluationBatches(size)
  const batches = Math.min(available, limit)
  const metrics = [...program.outputs.keys()].flatMap((name) => sumName.exec(name)?.[1] ?? [])
  const wanted = metrics.flatMap((metric) => [`metric/${metric}/sum`, `metric/${metric}/count`])
  const totals = new Map(wanted.map((name) => [name, 0]))
  for (let i = 0; i < batches; i++) {
    const batch = task.evaluationBatch(Math.floor((i * available) / batches), size)
    const outputs = await executable.run(batchFeeds(program, batch, gates), wanted)
    for (const name of wanted) totals.set(name, totals.get(name)! + outputs.get(name)![0]!)
    if ((await pause()) === 'give up') return null
  }
  const mean = (metric: string) => totals.get(`metric/${metric}/sum`)! / Math.max(totals.get(`metric/${metric}/count`)!, 1)
  const { loss = NaN, ...others } = Object.fromEntries(metrics.map((metric) => [metric, mean(metric)]))
  return { step, loss, metrics: others }
}

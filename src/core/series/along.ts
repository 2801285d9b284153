/**
 * What curves run along. Steps are what a run counts; sequences and tokens compare runs with other batches, and time those with other costs
 * per step.
 */
import type { SequenceSignature, Signature } from '../signature'
import type { RunSeries } from './series'
import { timeSeries } from './units'

export const alongs = ['step', 'sequences', 'tokens', 'time'] as const
export type Along = (typeof alongs)[number]

/** The place of a step on a horizontal axis; NaN where it is unknown. It never decreases. */
export type Place = (step: number) => number

/** What one step reads; null where it is unknown. Tokens include padding, which is computed like all others. */
export interface PerStep {
  readonly sequences: number | null
  readonly tokens: number | null
  readonly isPadded: boolean
}

/** `training` is null while the lab is unknown, `signature` while its task is. */
export function readPerStep(
  training: { readonly batchSize: number; readonly accumulate: number } | null,
  signature: Signature | null,
): PerStep {
  const sequences = training && training.batchSize * training.accumulate
  const read: readonly SequenceSignature[] = signature ? [signature, ...(signature.source ? [signature.source] : [])] : []
  const length = read.reduce((sum, each) => sum + each.length, 0)
  return {
    sequences,
    tokens: sequences === null || signature === null ? null : sequences * length,
    isPadded: read.some(({ padded }) => padded),
  }
}

/** Null if nothing is known of it, as of the time of runs that earlier versions trained. */
export function placeOf(along: Along, series: RunSeries, { sequences, tokens }: PerStep): Place | null {
  if (along === 'step') return (step) => step
  if (along === 'time') return timeOf(series)
  const each = along === 'sequences' ? sequences : tokens
  return each === null ? null : (step) => step * each
}

/** Seconds of training after a step: linear between the steps whose time is recorded, at most a tenth of a second apart. */
export function timeOf(series: RunSeries): Place | null {
  const { steps, values } = series.get(timeSeries)?.points() ?? {}
  if (!steps?.length || !values) return null
  return (step) => {
    let [low, high] = [0, steps.length - 1]
    if (!(step >= steps[low]! && step <= steps[high]!)) return NaN
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (steps[middle]! <= step) low = middle
      else high = middle
    }
    if (step === steps[high]!) return values[high]!
    const share = (step - steps[low]!) / (steps[high]! - steps[low]!)
    return values[low]! + share * (values[high]! - values[low]!)
  }
}

/** Seconds that were recorded so far; null if steps were, but not their time. */
export const secondsSoFar = (series: RunSeries): number | null =>
  series.get(timeSeries)?.last ?? (series.lastStep > 0 ? null : 0)

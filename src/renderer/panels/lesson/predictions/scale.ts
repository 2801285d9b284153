/** The vertical axis of a sketch: it must hold the measured values without giving them away. */

export interface Axis {
  readonly min: number
  readonly max: number
  readonly log: boolean
  readonly ticks: readonly number[]
}

/** Span of a linear axis before anything was measured, which is rounded up. */
const unknownSpan = 100

/**
 * `measured` has no finite value where nothing was measured. Guesses that were typed may lie beyond: the axis holds them, but those within
 * do not move it, as it would move under the pointer. `share`: from 0 to 1.
 */
export function axisFor(
  measured: readonly number[],
  { log, share }: { log: boolean; share: boolean },
  guesses: readonly number[] = [],
): Axis {
  const fits = (value: number): boolean => Number.isFinite(value) && (!log || value > 0)
  const axis = measuredAxis(measured.filter(fits), log, share)
  const beyond = guesses.filter((value) => fits(value) && (value < axis.min || value > axis.max))
  return beyond.length > 0 ? measuredAxis([axis.min, axis.max, ...beyond], log, false) : axis
}
function measuredAxis(known: readonly number[], log: boolean, share: boolean): Axis {
  if (share && !log) return { min: 0, max: 1, log, ticks: [0, 0.25, 0.5, 0.75, 1] }
  if (log) {
    const powers = known.length > 0 ? known.map(Math.log10) : [0, 2]
    const [low, high] = [Math.floor(Math.min(...powers)) - 1, Math.ceil(Math.max(...powers)) + 1]
    const step = Math.ceil((high - low) / 6)
    const count = Math.ceil((high - low) / step)
    const ticks = Array.from({ length: count + 1 }, (_, index) => 10 ** (low + index * step))
    return { min: ticks[0]!, max: ticks.at(-1)!, log, ticks }
  }
  const lowest = Math.min(0, ...known)
  const step = niceStep(known.length > 0 ? (Math.max(1e-9, ...known) - lowest) * 1.6 : unknownSpan)
  const min = Math.floor((lowest * 1.6) / step) * step
  const ticks = Array.from({ length: 5 + Math.round(-min / step) }, (_, index) => Number((min + index * step).toPrecision(9)))
  return { min, max: ticks.at(-1)!, log, ticks }
}
/** A quarter of the span, rounded up to 1, 2 or 5 times a power of ten. */
function niceStep(span: number): number {
  const power = 10 ** Math.floor(Math.log10(span / 4))
  return power * ([1, 2, 5, 10].find((times) => times * power * 4 >= span) ?? 10)
}

/** Where a value lies, from 0 at the bottom to 1 at the top. */
export function shareAt({ min, max, log }: Axis, value: number): number {
  const share = log ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min)
  return Math.min(1, Math.max(0, Number.isNaN(share) ? 0 : share))
}
/** The value at a share of the height, to three digits. */
export function valueAtShare({ min, max, log }: Axis, share: number): number {
  const within = Math.min(1, Math.max(0, share))
  return Number((log ? min * (max / min) ** within : min + (max - min) * within).toPrecision(3))
}

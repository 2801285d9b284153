/** Events of a run that its series show: spikes of the loss, changes of the learning rate, the best evaluation. */
import { envelope, type Points } from './series'

/** Points before a spike that it is compared with, and how many of them there must be. */
const around = 30
const fewest = 10
/** Times the usual change from point to point, above the usual value: for normal noise, more than nine standard deviations. */
const times = 10
/** Of the loss at the beginning: smaller rises are noise of a model that has learned its task. */
const rise = 0.1
/** Enough for the outline of a curve, whose peaks are all kept. */
const outline = 1200
const mostSpikes = 12

export interface Spike {
  /** Of the peak. */
  readonly step: number
  readonly value: number
  /** Median before it. */
  readonly usual: number
}

/**
 * Where the loss rises suddenly: above the median of the 30 points before by more than 10 times the median change from point to point there, and by
 * more than a tenth of the first 10 losses’ median. Neighbouring points are one spike, at its peak. The 12 largest ones, in order of their steps.
 */
export function spikesOf(loss: Points): readonly Spike[] {
  const { steps, values } = envelope(loss, outline)
  const least = rise * Math.abs(median(Array.from(values.subarray(0, fewest)).filter(Number.isFinite)))
  const spikes: Spike[] = []
  let current = null as Spike | null
  let above = Infinity
  const before: number[] = []
  for (let index = 0; index < steps.length; index++) {
    const [step, value] = [steps[index]!, values[index]!]
    if (!Number.isFinite(value)) continue
    if (current && value > above) {
      if (value > current.value) current = { step, value, usual: current.usual }
      continue // what belongs to a spike is not usual
    }
    if (current) spikes.push(current)
    current = null
    const usual = median(before)
    const change = median(before.slice(1).map((each, at) => Math.abs(each - before[at]!)))
    above = usual + Math.max(times * change, least)
    if (before.length >= fewest && value > above) current = { step, value, usual }
    else before.push(value)
    if (before.length > around) before.shift()
  }
  if (current) spikes.push(current)
  return spikes
    .sort((a, b) => b.value - b.usual - (a.value - a.usual))
    .slice(0, mostSpikes)
    .sort((a, b) => a.step - b.step)
}

/** NaN for no numbers. */
function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

export interface RateChange {
  /** The first with the new rate. */
  readonly step: number
  readonly before: number
  readonly after: number
}

/** A change by less is not worth a mark; one that is not so many times that of its neighbours is a schedule. */
const smallest = Math.log(1.05)
const sudden = 5

/**
 * Where the learning rate jumps: by more than 5 %, and per step by five times as much as just before and after, so that smooth schedules have none,
 * and step decay has one each time.
 */
export function rateChangesOf({ steps, values }: Points): readonly RateChange[] {
  /** Change of the logarithm per step, up to this point. */
  const slope = (index: number): number => {
    const change = Math.log(values[index]! / values[index - 1]!) / (steps[index]! - steps[index - 1]!)
    return Number.isFinite(change) ? Math.abs(change) : 0
  }
  const found: RateChange[] = []
  for (let index = 2; index < steps.length; index++) {
    const [before, after] = [values[index - 1]!, values[index]!]
    if (before <= 0 || after <= 0 || Math.abs(Math.log(after / before)) <= smallest) continue
    const next = index + 1 < steps.length ? slope(index + 1) : 0
    if (slope(index) > sudden * Math.max(slope(index - 1), next)) found.push({ step: steps[index]!, before, after })
  }
  return found
}

/** The step with the lowest value, the first of equal ones; null if there is none. */
export function lowestStep({ steps, values }: Points): number | null {
  let [found, lowest]: [number | null, number] = [null, Infinity]
  values.forEach((value, index) => {
    if (value < lowest) [found, lowest] = [steps[index]!, value]
  })
  return found
}

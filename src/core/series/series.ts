/**
 * Named series of a run: points in order, one per step. A series grows without copying everything each time, and is thinned above
 * its capacity without losing a peak.
 */

/** Points of one series in order of their steps, which count from 1. */
export interface Points {
  readonly steps: Int32Array
  readonly values: Float32Array
}
export type SeriesParts = Readonly<Record<string, Points>>

export const noPoints: Points = { steps: new Int32Array(), values: new Float32Array() }

/** Number of points that are kept before neighbours are merged. */
export const capacity = 65_536
/** Of this many neighbours, the smallest and the largest value are kept. */
const merged = 4

export class GrowingSeries {
  #steps = new Int32Array(256)
  #values = new Float32Array(256)
  #length = 0
  #lastStep = 0
  #version = 0
  #epoch = 0

  constructor(private readonly most = capacity) {}

  /** Changes whenever the content does. */
  get version(): number {
    return this.#version
  }
  /** Changes when existing points have changed; until then, points are only appended. */
  get epoch(): number {
    return this.#epoch
  }

  /** Points that start at or before the last step replace everything from there on: the run was resumed from a checkpoint. */
  add({ steps, values }: Points): void {
    if (steps.length === 0) return
    this.cut(steps[0]! - 1)
    this.#reserve(this.#length + steps.length)
    this.#steps.set(steps, this.#length)
    this.#values.set(values, this.#length)
    this.#length += steps.length
    this.#lastStep = steps.at(-1)!
    this.#version++
    if (this.#length > this.most) this.#thin()
  }

  /** Removes all points after a step. */
  cut(step: number): void {
    let length = this.#length
    while (length > 0 && this.#steps[length - 1]! > step) length--
    if (length === this.#length) return
    this.#length = length
    this.#lastStep = Math.min(this.#lastStep, step)
    this.#version++
    this.#epoch++
  }

  /** Views of the current points; they stay valid when points are appended, but not when the epoch changes. */
  points(): Points {
    return { steps: this.#steps.subarray(0, this.#length), values: this.#values.subarray(0, this.#length) }
  }

  get last(): number | undefined {
    return this.#length === 0 ? undefined : this.#values[this.#length - 1]
  }

  /** The last step added, even if its point was merged with its neighbours; 0 for none. */
  get lastStep(): number {
    return this.#lastStep
  }

  #reserve(length: number): void {
    if (length <= this.#steps.length) return
    const size = Math.max(length, 2 * this.#steps.length)
    const [steps, values] = [new Int32Array(size), new Float32Array(size)]
    steps.set(this.#steps.subarray(0, this.#length))
    values.set(this.#values.subarray(0, this.#length))
    this.#steps = steps
    this.#values = values
  }

  /** Copies into new arrays, so that earlier views stay unchanged. */
  #thin(): void {
    const thin = thinned(this.points(), merged)
    this.#steps = new Int32Array(this.#steps.length)
    this.#values = new Float32Array(this.#values.length)
    this.#steps.set(thin.steps)
    this.#values.set(thin.values)
    this.#length = thin.steps.length
    this.#epoch++
  }
}

/**
 * Of every `neighbours` points, keeps the one with the smallest and the one with the largest value, in order of their steps; points of an
 * incomplete last group are kept unchanged. NaN is kept only if a group contains nothing else.
 */
export function thinned(points: Points, neighbours: number): Points {
  const groups = Math.floor(points.steps.length / neighbours)
  return extremesOf(points, groups, (group) => group * neighbours)
}

/** The smallest and the largest value of each group, which ends before the next one begins; points after the last group are kept unchanged. */
function extremesOf({ steps, values }: Points, groups: number, startOf: (group: number) => number): Points {
  const rest = steps.length - startOf(groups)
  const [keptSteps, keptValues] = [new Int32Array(2 * groups + rest), new Float32Array(2 * groups + rest)]
  let kept = 0
  const keep = (index: number): void => {
    keptSteps[kept] = steps[index]!
    keptValues[kept++] = values[index]!
  }
  for (let group = 0; group < groups; group++) {
    const [low, high] = extremes(values, startOf(group), startOf(group + 1))
    keep(Math.min(low, high))
    if (low !== high) keep(Math.max(low, high))
  }
  for (let index = startOf(groups); index < steps.length; index++) keep(index)
  return { steps: keptSteps.slice(0, kept), values: keptValues.slice(0, kept) }
}

/** Indices of the smallest and the largest number from `start` to before `end`; `start` for both if there is none. */
function extremes(values: Float32Array, start: number, end: number): readonly [low: number, high: number] {
  let [low, high] = [-1, -1]
  for (let index = start; index < end; index++) {
    const value = values[index]!
    if (Number.isNaN(value)) continue
    if (low < 0 || value < values[low]!) low = index
    if (high < 0 || value > values[high]!) high = index
  }
  return low < 0 ? [start, start] : [low, high]
}

/** At most this many points (2 or more), in groups of equally many: the outline of a curve. */
export function envelope(points: Points, most: number): Points {
  const { length } = points.steps
  const groups = Math.floor(most / 2)
  return length <= most ? points : extremesOf(points, groups, (group) => Math.floor((group * length) / groups))
}

/** All series of a run. */
export class RunSeries {
  readonly #series = new Map<string, GrowingSeries>()

  add(parts: SeriesParts): void {
    for (const [name, points] of Object.entries(parts)) {
      const series = this.#series.get(name) ?? new GrowingSeries()
      this.#series.set(name, series)
      series.add(points)
    }
  }

  cut(step: number): void {
    for (const series of this.#series.values()) series.cut(step)
  }

  get(name: string): GrowingSeries | undefined {
    return this.#series.get(name)
  }

  /** The last step of all series; 0 for none. */
  get lastStep(): number {
    return [...this.#series.values()].reduce((last, series) => Math.max(last, series.lastStep), 0)
  }

  get names(): readonly string[] {
    return [...this.#series.keys()]
  }

  /** Copies of all points. */
  snapshot(): SeriesParts {
    return Object.fromEntries(
      [...this.#series].map(([name, series]) => {
        const { steps, values } = series.points()
        return [name, { steps: steps.slice(), values: values.slice() }]
      }),
    )
  }
}

/** Collects points of several series one by one, because adding to a series has a cost per call. */
import type { SeriesParts } from './series'

export class SeriesCollector {
  #points = new Map<string, { readonly steps: number[]; readonly values: number[] }>()

  get isEmpty(): boolean {
    return this.#points.size === 0
  }

  /** Steps must not decrease. A value at the step of the last one replaces it. */
  add(name: string, step: number, value: number): void {
    const { steps, values } = this.#pointsOf(name)
    if (steps.at(-1) === step) values.pop()
    else steps.push(step)
    values.push(value)
  }

  /** Returns what was collected and starts again empty. */
  take(): SeriesParts {
    const points = this.#points
    this.#points = new Map()
    return Object.fromEntries(
      Array.from(points, ([name, { steps, values }]) => [
        name,
        { steps: Int32Array.from(steps), values: Float32Array.from(values) },
      ]),
    )
  }

  #pointsOf(name: string) {
    const points = this.#points.get(name) ?? { steps: [], values: [] }
    this.#points.set(name, points)
    return points
  }
}

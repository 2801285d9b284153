/**
 * Long curves as few points without hiding anything: of every stretch, its smallest and its largest value, where they are. Kept up to
 * date as the curve grows, so that a new value costs the same however many there are.
 */

const NONE = -1

export class Envelope {
  readonly #stretches: number
  /** Indices of the smallest and the largest value of each stretch; NONE where all are NaN. */
  readonly #low: Int32Array
  readonly #high: Int32Array
  /** Values in a stretch: a power of two. */
  #width = 1
  #read = 0

  /** At most `points` points, at least 4; between half of them and all, once there are as many values. */
  constructor(points: number) {
    this.#stretches = 2 * Math.floor(points / 4)
    this.#low = new Int32Array(this.#stretches)
    this.#high = new Int32Array(this.#stretches)
  }

  /** Takes in what has been added to the curve since it was last read. What was read before must still be the same. */
  read(values: Float32Array): void {
    while (this.#read < values.length) {
      const stretch = Math.floor(this.#read / this.#width)
      if (stretch === this.#stretches) {
        this.#merge(values)
        continue
      }
      const from = this.#read
      this.#read = Math.min(values.length, (stretch + 1) * this.#width)
      if (from === stretch * this.#width) this.#low[stretch] = this.#high[stretch] = NONE
      this.#include(stretch, values, from, this.#read)
    }
  }

  /** Index and value of one point after another, flat, in order. A stretch without numbers is one NaN: a gap. */
  points(values: Float32Array): Float64Array {
    const used = Math.ceil(this.#read / this.#width)
    const kept = new Float64Array(4 * used)
    let end = 0
    const keep = (index: number) => {
      kept[end++] = index
      kept[end++] = values[index]!
    }
    for (let stretch = 0; stretch < used; stretch++) {
      const [low, high] = [this.#low[stretch]!, this.#high[stretch]!]
      if (low === NONE) keep(stretch * this.#width)
      else {
        keep(Math.min(low, high))
        if (low !== high) keep(Math.max(low, high))
      }
    }
    return kept.subarray(0, end)
  }

  /** Two stretches become one. */
  #merge(values: Float32Array): void {
    const [low, high] = [this.#low, this.#high]
    this.#width *= 2
    for (let stretch = 0; stretch < this.#stretches / 2; stretch++) {
      const halves = [2 * stretch, 2 * stretch + 1].map((half) => [low[half]!, high[half]!])
      low[stretch] = high[stretch] = NONE
      for (const index of halves.flat()) if (index !== NONE) this.#include(stretch, values, index, index + 1)
    }
  }

  #include(stretch: number, values: Float32Array, from: number, to: number): void {
    let low = this.#low[stretch]!
    let high = this.#high[stretch]!
    let least = low === NONE ? Infinity : values[low]!
    let most = high === NONE ? -Infinity : values[high]!
    for (let i = from; i < to; i++) {
      const value = values[i]!
      // Neither holds for NaN.
      if (value < least || (value <= least && low === NONE)) [low, least] = [i, value]
      if (value > most || (value >= most && high === NONE)) [high, most] = [i, value]
    }
    this.#low[stretch] = low
    this.#high[stretch] = high
  }
}

/** The points of a curve that is there as a whole. */
export function downsample(values: Float32Array, points: number): Float64Array {
  const envelope = new Envelope(points)
  envelope.read(values)
  return envelope.points(values)
}

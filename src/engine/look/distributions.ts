/** Distributions over classes: log-probabilities, entropy, and the most probable classes. */
import { mostTop, type Distributions } from '@core/contract/patch'

/** log softmax, in double precision. */
export function logProbabilities(logits: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(logits)
  const largest = values.reduce((most, value) => Math.max(most, value), -Infinity)
  const total = Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0))
  return values.map((value) => value - largest - total)
}

/** H = −Σ p log p, in nats. */
export function entropyOf(logs: Float64Array): number {
  return -logs.reduce((sum, log) => (log > -Infinity ? sum + Math.exp(log) * log : sum), 0)
}

/** The classes with the largest values, largest first; the lower class first among equals. */
export function topOf(logs: Float64Array, count: number): number[] {
  const top: number[] = []
  for (const [index, log] of logs.entries()) {
    if (top.length === count && !(log > logs[top[count - 1]!]!)) continue
    const before = top.findIndex((each) => log > logs[each]!)
    top.splice(before < 0 ? top.length : before, 0, index)
    if (top.length > count) top.pop()
  }
  return top
}

/** A list of distributions of the same classes, with what is sent of each. */
export class DistributionList {
  readonly #answer: number
  readonly #entropy: number[] = []
  readonly #answers: number[] = []
  readonly #classes: number[] = []
  readonly #probabilities: number[] = []
  #top = 0

  constructor(answer: number) {
    this.#answer = answer
  }

  /** Adds the distribution with these log-probabilities, and returns that of the answer. */
  add(logs: Float64Array): number {
    const top = topOf(logs, mostTop)
    this.#top = top.length
    this.#entropy.push(entropyOf(logs))
    this.#answers.push(logs[this.#answer]!)
    this.#classes.push(...top)
    this.#probabilities.push(...top.map((each) => Math.exp(logs[each]!)))
    return logs[this.#answer]!
  }

  get all(): Distributions {
    return {
      entropy: Float32Array.from(this.#entropy),
      answer: Float32Array.from(this.#answers),
      classes: Int32Array.from(this.#classes),
      probabilities: Float32Array.from(this.#probabilities),
      top: this.#top,
    }
  }
}

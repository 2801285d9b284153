/** A list of distributions over the same classes, with what is sent of each. */
import { mostAnswers, type Distributions } from '@core/contract/patch'
import { entropyOf, topIndices } from '@core/metrics/distribution'

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
    const top = topIndices(logs, mostAnswers)
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

/** Loss and accuracy of every step in typed arrays that grow by doubling: appending never copies the whole. */
import type { Evaluation } from '@core/contract/lab'

/** What a chart draws. `version` changes whenever the content does; index 0 is the first step. */
export interface Series {
  readonly losses: Float32Array
  readonly accuracies: Float32Array
  readonly evaluations: readonly Evaluation[]
  readonly version: number
}

export const emptySeries: Series = { losses: new Float32Array(), accuracies: new Float32Array(), evaluations: [], version: 0 }

/** Values from an index on. Writing the same part twice, or again from an earlier step, is as good as once. */
export interface Part {
  readonly first: number
  readonly losses: Float32Array
  readonly accuracies: Float32Array
  readonly evaluations: readonly Evaluation[]
}

export class GrowingSeries {
  #losses = new Float32Array(1024)
  #accuracies = new Float32Array(1024)
  #evaluations: Evaluation[] = []
  #length = 0
  #version = 0

  write({ first, losses, accuracies, evaluations }: Part): void {
    const end = first + losses.length
    if (end > this.#losses.length) {
      this.#losses = grown(this.#losses, end)
      this.#accuracies = grown(this.#accuracies, end)
    }
    this.#losses.fill(NaN, this.#length, Math.max(this.#length, first)) // a gap stays a gap
    this.#accuracies.fill(NaN, this.#length, Math.max(this.#length, first))
    this.#losses.set(losses, first)
    this.#accuracies.set(accuracies, first)
    this.#length = Math.max(this.#length, end)
    for (const evaluation of evaluations) {
      const place = this.#evaluations.findIndex(({ step }) => step >= evaluation.step)
      if (place < 0) this.#evaluations.push(evaluation)
      else this.#evaluations.splice(place, this.#evaluations[place]?.step === evaluation.step ? 1 : 0, evaluation)
    }
    this.#version++
  }

  /** Forgets what came after a step, when a run goes on from a checkpoint. */
  cut(length: number): void {
    this.#length = Math.min(this.#length, length)
    this.#evaluations = this.#evaluations.filter(({ step }) => step <= length)
    this.#version++
  }

  view(): Series {
    return {
      losses: this.#losses.subarray(0, this.#length),
      accuracies: this.#accuracies.subarray(0, this.#length),
      evaluations: [...this.#evaluations],
      version: this.#version,
    }
  }
}

function grown(array: Float32Array<ArrayBuffer>, length: number): Float32Array<ArrayBuffer> {
  const larger = new Float32Array(Math.max(length, array.length * 2))
  larger.set(array)
  return larger
}

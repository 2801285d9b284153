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

/** Values from an index on. */
export interface Part {
  readonly first: number
  readonly losses: Float32Array
  readonly accuracies: Float32Array
  readonly evaluations: readonly Evaluation[]
}

export class GrowingSeries {
  #losses = new Float32Array(1024)
  #accuracies = new Float32Array(1024)
  #evaluations: readonly Evaluation[] = []
  #length = 0
  #version = 0

  /** A part that begins before the end replaces what came after its beginning: the run went on from an earlier checkpoint. */
  write({ first, losses, accuracies, evaluations }: Part): void {
    if (losses.length > 0) {
      const end = first + losses.length
      if (first < this.#length) this.#evaluations = this.#evaluations.filter(({ step }) => step <= first)
      if (end > this.#losses.length) {
        this.#losses = grown(this.#losses, end)
        this.#accuracies = grown(this.#accuracies, end)
      }
      if (first > this.#length) {
        // Steps that were never told stay a gap.
        this.#losses.fill(NaN, this.#length, first)
        this.#accuracies.fill(NaN, this.#length, first)
      }
      this.#losses.set(losses, first)
      this.#accuracies.set(accuracies, first)
      this.#length = end
    }
    for (const evaluation of evaluations) {
      this.#evaluations = [...this.#evaluations.filter(({ step }) => step < evaluation.step), evaluation]
    }
    this.#version++
  }

  view(): Series {
    return {
      losses: this.#losses.subarray(0, this.#length),
      accuracies: this.#accuracies.subarray(0, this.#length),
      evaluations: this.#evaluations,
      version: this.#version,
    }
  }
}

function grown(array: Float32Array<ArrayBuffer>, length: number): Float32Array<ArrayBuffer> {
  const larger = new Float32Array(Math.max(length, array.length * 2))
  larger.set(array)
  return larger
}

/** Loss and accuracy of every step in typed arrays that grow by doubling: appending never copies the whole. */
import type { Evaluation } from '@core/contract/lab'

/** What a chart draws; index 0 is the first step. */
export interface Series {
  readonly losses: Float32Array
  readonly accuracies: Float32Array
  /** By step, ascending. */
  readonly evaluations: readonly Evaluation[]
  /** Changes whenever the content does. */
  readonly version: number
  /** Changes when something told before is no longer so: what was derived from it must begin anew. Otherwise content is only added. */
  readonly epoch: number
}

export const emptySeries: Series = {
  losses: new Float32Array(),
  accuracies: new Float32Array(),
  evaluations: [],
  version: 0,
  epoch: 0,
}

/** Values from an index on. */
export interface Part {
  readonly first: number
  readonly losses: Float32Array
  readonly accuracies: Float32Array
  readonly evaluations: readonly Evaluation[]
}

/** Of all series, so that one never passes for the continuation of another. */
let epochs = 0

export class GrowingSeries {
  #losses = new Float32Array(1024)
  #accuracies = new Float32Array(1024)
  #evaluations: Evaluation[] = []
  #length = 0
  #version = 0
  #epoch = ++epochs

  /** A part that begins before the end replaces what came after its beginning: the run went on from an earlier checkpoint. */
  write({ first, losses, accuracies, evaluations }: Part): void {
    if (losses.length > 0) {
      const end = first + losses.length
      if (first < this.#length) {
        this.#epoch = ++epochs
        this.#evaluations = this.#evaluations.filter(({ step }) => step <= first)
      }
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
    for (const evaluation of evaluations) this.#add(evaluation)
    this.#version++
  }

  view(): Series {
    return {
      losses: this.#losses.subarray(0, this.#length),
      accuracies: this.#accuracies.subarray(0, this.#length),
      evaluations: this.#evaluations.slice(),
      version: this.#version,
      epoch: this.#epoch,
    }
  }

  /** Evaluations from its step on were of an earlier course of the run. */
  #add(evaluation: Evaluation): void {
    const before = this.#evaluations.at(-1)
    if (before && before.step >= evaluation.step) {
      this.#epoch = ++epochs
      this.#evaluations = this.#evaluations.filter(({ step }) => step < evaluation.step)
    }
    this.#evaluations.push(evaluation)
  }
}

function grown(array: Float32Array<ArrayBuffer>, length: number): Float32Array<ArrayBuffer> {
  const larger = new Float32Array(Math.max(length, array.length * 2))
  larger.set(array)
  return larger
}

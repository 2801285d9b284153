/** A number of cases, and the validation samples in which they occur. */

/** Maximum samples listed. */
const mostListed = 100

export interface Samples {
  /** How often it occurs, perhaps several times in a sample. */
  readonly count: number
  /** The first 100 samples in which it occurs, as indices into the validation set. */
  readonly samples: readonly number[]
}

/** Samples must be added in ascending order. */
export class SampleList implements Samples {
  count = 0
  readonly samples: number[] = []

  add(sample: number): void {
    this.count++
    if (this.samples.length < mostListed && this.samples.at(-1) !== sample) this.samples.push(sample)
  }
}

/** Plain data, for sending over ports. */
export const summaryOf = ({ count, samples }: Samples): Samples => ({ count, samples })

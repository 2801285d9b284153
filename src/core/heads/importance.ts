/** What a head is worth: validation metrics with the head muted, compared with those of the whole model (Michel et al. 2019). */

interface Measured {
  /** Mean validation loss. */
  readonly loss: number
  readonly metrics: Readonly<Record<string, number>>
}

/** Rise of the loss when the head is muted; negative if the model is better without it. */
export const importance = (whole: Measured, muted: Measured): number => muted.loss - whole.loss

/** Drop of the accuracy, as a share; null for tasks without accuracy. */
export function accuracyDrop(whole: Measured, muted: Measured): number | null {
  const [before, after] = [whole.metrics['accuracy'], muted.metrics['accuracy']]
  return before === undefined || after === undefined ? null : before - after
}

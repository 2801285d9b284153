/** Sums from which all metrics are computed, accumulated batch by batch, so that predictions need not be stored. */
import type { Aim, Signature } from '../signature'
import type { Batch } from '../tasks/types'

/** The properties of a task that determine how predictions are counted. */
export type AnswerShape = Pick<Signature, 'aim' | 'length' | 'classes' | 'causal' | 'written'>

/** Predictions in the format and order of the targets: ids, 1 or 0 for each class, or numbers. */
export type Answers = ArrayLike<number>

export class Counts {
  /** Scored predictions: one per token or per sequence, excluding padding. */
  answers = 0
  /** Correct ones among them: the class, all labels of a sequence, or a number within the tolerance. */
  right = 0
  /** Sequences with at least one scored prediction. */
  sequences = 0
  /** Sequences in which all scored predictions are correct. */
  exact = 0
  /** Sum of |prediction − target|, for numbers only. */
  absoluteError = 0
  /** By class or label: how often it is a target. Empty for numbers, like the next two. */
  readonly support: Float64Array
  /** By class or label: how often it is predicted. */
  readonly predicted: Float64Array
  /** By class or label: true positives. */
  readonly hits: Float64Array

  /** `tolerance` is the largest error at which a predicted number is correct. */
  constructor(
    readonly task: AnswerShape,
    readonly tolerance = 0,
  ) {
    const classes = task.aim === 'number' ? 0 : task.classes
    this.support = new Float64Array(classes)
    this.predicted = new Float64Array(classes)
    this.hits = new Float64Array(classes)
  }

  /**
   * Adds the predictions for one batch. Class −1 is never correct. Returns for each sequence whether all scored predictions are correct, or
   * null if there are none.
   */
  add(batch: Batch, predictions: Answers): (boolean | null)[] {
    const { aim, length } = this.task
    const whole: (boolean | null)[] = []
    const perSequence = aim === 'tokens' ? length : 1
    const count = countAnswer[aim]
    for (let row = 0; row < batch.tokens.length / length; row++) {
      let [asked, right] = [0, 0]
      for (let place = row * perSequence; place < (row + 1) * perSequence; place++) {
        if (!isAsked(this.task, batch, place)) continue
        asked++
        if (count(this, batch.targets, predictions, place)) right++
      }
      this.answers += asked
      this.right += right
      if (asked > 0) this.sequences++
      if (asked > 0 && right === asked) this.exact++
      whole.push(asked > 0 ? right === asked : null)
    }
    return whole
  }
}

/** Whether a prediction is scored: not padding, nor a token that the task does not score. */
export function isAsked({ aim, length }: AnswerShape, { mask, scored }: Batch, place: number): boolean {
  if (aim === 'tokens') return (scored ?? mask)?.[place] !== 0
  return mask?.[place * length] !== 0
}

/** Counts the prediction at an index; returns whether it is correct. */
type CountAnswer = (counts: Counts, targets: Answers, predictions: Answers, place: number) => boolean

function countClass({ support, predicted, hits }: Counts, targets: Answers, predictions: Answers, place: number): boolean {
  const [target, prediction] = [targets[place]!, predictions[place]!]
  support[target]!++
  if (prediction >= 0) predicted[prediction]!++
  if (prediction === target) hits[target]!++
  return prediction === target
}

function countLabels({ support, predicted, hits }: Counts, targets: Answers, predictions: Answers, place: number): boolean {
  const classes = support.length
  let right = 0
  for (let label = 0; label < classes; label++) {
    const [target, prediction] = [targets[place * classes + label]!, predictions[place * classes + label]!]
    support[label]! += target
    predicted[label]! += prediction
    hits[label]! += target * prediction
    if (target === prediction) right++
  }
  return right === classes
}

function countNumber(counts: Counts, targets: Answers, predictions: Answers, place: number): boolean {
  const error = Math.abs(predictions[place]! - targets[place]!)
  counts.absoluteError += error
  return error <= counts.tolerance
}

const countAnswer: Readonly<Record<Aim, CountAnswer>> = {
  tokens: countClass,
  sequence: countClass,
  labels: countLabels,
  number: countNumber,
}

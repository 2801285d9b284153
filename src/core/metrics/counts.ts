/** The sums that every metric is computed from, added up batch by batch, so that no prediction is kept. */
import type { Aim, Signature } from '../signature'
import type { Batch } from '../tasks/types'

/** What decides how the answers to a task are counted. */
export type AnswerShape = Pick<Signature, 'aim' | 'length' | 'classes' | 'causal' | 'written'>

/** As a task's targets, in the same order: ids, 1 or 0 for each class, or numbers. */
export type Answers = ArrayLike<number>

export class Counts {
  /** Predictions that were asked for: one for each token or one for each sequence. Padding asks for none. */
  answers = 0
  /** Of those, the ones that are right: the class, all labels of a sequence, or a number within the tolerance. */
  right = 0
  /** Sequences in which anything was asked for. */
  sequences = 0
  /** Of those, the ones in which everything is right. */
  exact = 0
  /** Sum of |prediction − target|, of numbers only. */
  absoluteError = 0
  /** By class or label: how often it is a target. Empty for numbers, as the next two are. */
  readonly support: Float64Array
  /** By class or label: how often it is predicted. */
  readonly predicted: Float64Array
  /** By class or label: how often it is predicted where it is the target. */
  readonly hits: Float64Array

  /** `tolerance` is the largest error at which a predicted number is right. */
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
   * Adds the predictions for one batch. A class of −1 is a prediction that is never right. Tells of each sequence whether everything
   * that was asked for is right, and null where nothing was.
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

/** Whether an answer counts: not that of padding, nor of a token that the task does not ask for. */
export function isAsked({ aim, length }: AnswerShape, { mask, scored }: Batch, place: number): boolean {
  if (aim === 'tokens') return (scored ?? mask)?.[place] !== 0
  return mask?.[place * length] !== 0
}

/** Counts the place-th answer; says whether it is right. */
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

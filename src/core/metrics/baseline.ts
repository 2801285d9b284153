/** The majority baseline: the metrics of the best constant prediction, which ignores the input. */
import type { Batch } from '../tasks/types'
import { Counts, isAsked, type Answers, type AnswerShape } from './counts'
import { measured } from './table'
import { untilEnd } from './written'

/**
 * Metrics of a constant prediction: the most frequent class (the first of several); for labels each one's majority, with ties not
 * predicted; for numbers the mean, which minimises the squared error. Iterates over `batches` twice.
 */
export function majorityBaseline(
  task: AnswerShape,
  tolerance: number,
  batches: () => Iterable<Batch>,
): Readonly<Record<string, number>> {
  const { counts, free } = majorityCounts(task, tolerance, batches)
  return measured(counts, free)
}

/** The counts of that prediction; `free` for generated sequences. */
export function majorityCounts(
  task: AnswerShape,
  tolerance: number,
  batches: () => Iterable<Batch>,
): { readonly counts: Counts; readonly free: Counts | null } {
  const answer = task.aim === 'number' ? constant(meanTarget(task, batches())) : majority(task, batches())
  const counts = new Counts(task, tolerance)
  const free = task.written && new Counts(task)
  for (const batch of batches()) {
    const answers = answer(batch)
    counts.add(batch, answers)
    free?.add(batch, untilEnd(task, batch, answers))
  }
  return { counts, free }
}

/** The prediction for any batch. */
type Constant = (batch: Batch) => Answers

const constant =
  (value: number): Constant =>
  ({ targets }) =>
    new Float64Array(targets.length).fill(value)

function majority(task: AnswerShape, batches: Iterable<Batch>): Constant {
  const truth = new Counts(task)
  for (const batch of batches) truth.add(batch, batch.targets)
  const { support, answers } = truth
  if (task.aim !== 'labels') return constant(support.indexOf(support.reduce((most, count) => Math.max(most, count), 0)))
  return ({ targets }) => Float64Array.from(targets, (_, index) => Number(2 * support[index % task.classes]! > answers))
}

function meanTarget(task: AnswerShape, batches: Iterable<Batch>): number {
  let [sum, count] = [0, 0]
  for (const batch of batches) {
    for (const [place, target] of batch.targets.entries()) {
      if (!isAsked(task, batch, place)) continue
      sum += target
      count++
    }
  }
  return count > 0 ? sum / count : 0
}

/** The majority baseline: what the best constant prediction scores, one that depends on the targets and not on the input. */
import type { Batch } from '../tasks/types'
import { Counts, isAsked, type Answers, type AnswerShape } from './counts'
import { measured } from './table'
import { untilEnd } from './written'

/**
 * Every metric of a task for one constant answer: the most frequent class (the first of several); for labels the majority of each, not
 * predicted where it is true of half; for numbers the mean, which has the smallest squared error. `batches` is gone through twice.
 */
export function majorityBaseline(
  task: AnswerShape,
  tolerance: number,
  batches: () => Iterable<Batch>,
): Readonly<Record<string, number>> {
  const { counts, free } = majorityCounts(task, tolerance, batches)
  return measured(counts, free)
}

/** The counts of that answer; `free` where sequences are written. */
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

/** What is answered to a batch, whatever is in it. */
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

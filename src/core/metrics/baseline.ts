/** The majority baseline: the metrics of the best constant prediction, which ignores the input. */
import type { Batch } from '../tasks/types'
import { Counts, isAsked, type Answers, type AnswerShape } from './counts'
import { Sums, type MeasuredTask } from './sums'
import { measured } from './table'

/**
 * Metrics of a constant prediction: the most frequent class (the first of several); for labels each one's majority, with ties not
 * predicted; for numbers the mean, which minimises the squared error. Perplexity and bits per character are those of a constant distribution:
 * the relative frequencies of the tokens (a unigram model). Iterates over `batches` twice.
 */
export function majorityBaseline(
  task: MeasuredTask,
  tolerance: number,
  batches: () => Iterable<Batch>,
): Readonly<Record<string, number>> {
  return measured(majoritySums(task, tolerance, batches))
}

/** The sums of that prediction. */
export function majoritySums(task: MeasuredTask, tolerance: number, batches: () => Iterable<Batch>): Sums {
  const { signature } = task
  const answer = signature.aim === 'number' ? constant(meanTarget(signature, batches())) : majority(signature, batches())
  const sums = new Sums(task, tolerance)
  for (const batch of batches()) {
    const answers = answer(batch)
    sums.add(batch, answers, 0)
    if (sums.free) sums.addGenerated(batch, answers)
  }
  if (sums.surprisal) sums.surprisal.nats = entropyOf(sums.counts)
  return sums
}

/** −Σ n · ln(n / N) over the classes that occur n times in N targets, in nats. */
function entropyOf({ support, answers }: Counts): number {
  return support.reduce((sum, count) => (count > 0 ? sum - count * Math.log(count / answers) : sum), 0)
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

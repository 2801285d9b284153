/**
 * Which classes are taken for which: the confusion matrix, and the scores and samples of each class. Counted batch by batch in one pass; the
 * memory depends on the number of predictions, not on the square of the number of classes.
 */
import type { Batch } from '../tasks/types'
import type { ClassFigures, ClassScores } from './classes'
import { isAsked, type Answers, type AnswerShape } from './counts'
import { f1, precision, recall } from './definitions'
import { SampleList, summaryOf, type Samples } from './sample-list'

/** Maximum number of classes in a matrix that can still be read. */
export const mostConfused = 40

/** One class or label. */
export interface ConfusedClass extends ClassFigures {
  readonly id: number
  readonly name: string
  /** Scores of the majority baseline. */
  readonly baseline: ClassScores
  /** Predicted where it is the target: true positives. */
  readonly hit: Samples
  /** Not predicted where it is the target: false negatives. */
  readonly missed: Samples
  /** Predicted where it is not the target: false positives. */
  readonly spurious: Samples
}

/** How often the class `target` was taken for `prediction`; ids of classes. */
export interface ConfusionCell extends Samples {
  readonly target: number
  readonly prediction: number
}

export interface ConfusionSummary {
  /** Number of classes of the task. */
  readonly total: number
  /** In the order of their ids: all of them, or the 40 with the most false negatives and false positives. */
  readonly classes: readonly ConfusedClass[]
  /** The cells of the matrix of these classes that are not 0; empty for several labels per sequence, which are not taken for one another. */
  readonly cells: readonly ConfusionCell[]
}

/** Whether a task has classes that can be confused: not for numbers or a vocabulary. */
export const hasConfusion = ({ aim, causal }: AnswerShape): boolean => aim !== 'number' && !causal

export class ConfusionCounts {
  /** Scored predictions; for labels, sequences. */
  private answers = 0
  /** Sequences with at least one scored prediction. */
  samples = 0
  private readonly hits: SampleList[]
  private readonly missed: SampleList[]
  private readonly spurious: SampleList[]
  /** By target · classes + prediction. */
  private readonly cells = new Map<number, SampleList>()

  constructor(private readonly task: AnswerShape) {
    const lists = (): SampleList[] => Array.from({ length: task.classes }, () => new SampleList())
    this.hits = lists()
    this.missed = lists()
    this.spurious = lists()
  }

  /** Adds the first `rows` predictions of a batch that starts with the validation sample `first`. */
  add(batch: Batch, predictions: Answers, first: number, rows: number): void {
    const { aim, length } = this.task
    const perSequence = aim === 'tokens' ? length : 1
    for (let row = 0; row < rows; row++) {
      const before = this.answers
      for (let place = row * perSequence; place < (row + 1) * perSequence; place++) {
        if (!isAsked(this.task, batch, place)) continue
        this.answers++
        if (aim === 'labels') this.addLabels(batch.targets, predictions, place, first + row)
        else this.addClass(batch.targets[place]!, predictions[place]!, first + row)
      }
      if (this.answers > before) this.samples++
    }
  }

  private addClass(target: number, prediction: number, sample: number): void {
    const key = target * this.task.classes + prediction
    const cell = this.cells.get(key) ?? new SampleList()
    this.cells.set(key, cell)
    cell.add(sample)
    if (target === prediction) return this.hits[target]!.add(sample)
    this.missed[target]!.add(sample)
    this.spurious[prediction]!.add(sample)
  }

  private addLabels(targets: Answers, predictions: Answers, sequence: number, sample: number): void {
    const { classes } = this.task
    for (let label = 0; label < classes; label++) {
      const [target, prediction] = [targets[sequence * classes + label], predictions[sequence * classes + label]]
      if (target === 1) (prediction === 1 ? this.hits : this.missed)[label]!.add(sample)
      else if (prediction === 1) this.spurious[label]!.add(sample)
    }
  }

  /** `names` are the class texts by id. */
  summary(names: readonly string[]): ConfusionSummary {
    const shown = this.mostErrors()
    const isShown = new Set(shown)
    const { classes: total } = this.task
    const cells = [...this.cells]
      .map(([key, cell]) => ({ target: Math.floor(key / total), prediction: key % total, ...summaryOf(cell) }))
      .filter(({ target, prediction }) => isShown.has(target) && isShown.has(prediction))
      .sort((a, b) => a.target - b.target || a.prediction - b.prediction)
    const counts = this.classCounts()
    const constant = this.constantCounts(counts.support)
    const scores = (of: number, from = counts): ClassScores => ({
      precision: precision(from, of),
      recall: recall(from, of),
      f1: f1(from, of),
    })
    const classes = shown.map((id) => ({
      id,
      name: names[id]!,
      support: counts.support[id]!,
      ...scores(id),
      baseline: scores(id, constant),
      hit: summaryOf(this.hits[id]!),
      missed: summaryOf(this.missed[id]!),
      spurious: summaryOf(this.spurious[id]!),
    }))
    return { total, classes, cells }
  }

  /** The ids of the classes with the most errors, in ascending order. */
  private mostErrors(): number[] {
    const errors = (id: number): number => this.missed[id]!.count + this.spurious[id]!.count
    return [...this.hits.keys()]
      .sort((a, b) => errors(b) - errors(a) || a - b)
      .slice(0, mostConfused)
      .sort((a, b) => a - b)
  }

  private classCounts() {
    const sum = (...lists: readonly SampleList[][]): Float64Array =>
      Float64Array.from(this.hits, (_, id) => lists.reduce((count, list) => count + list[id]!.count, 0))
    return {
      hits: sum(this.hits),
      support: sum(this.hits, this.missed),
      predicted: sum(this.hits, this.spurious),
    }
  }

  /** Counts of the majority baseline: it always predicts the most frequent class, or every label that more than half of the sequences have. */
  private constantCounts(support: Float64Array) {
    const most = support.indexOf(support.reduce((largest, count) => Math.max(largest, count), 0))
    const always = (id: number): boolean => (this.task.aim === 'labels' ? 2 * support[id]! > this.answers : id === most)
    return {
      hits: support.map((count, id) => (always(id) ? count : 0)),
      support,
      predicted: support.map((_, id) => (always(id) ? this.answers : 0)),
    }
  }
}

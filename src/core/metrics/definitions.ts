/**
 * The metrics as functions of {@link Counts}. Definitions follow scikit-learn (Pedregosa et al. 2011) with `zero_division=0`: 0 / 0 is 0.
 * Shares are in [0, 1].
 */
import type { Counts } from './counts'

const ratio = (part: number, whole: number): number => (whole > 0 ? part / whole : 0)
const mean = (values: readonly number[]): number =>
  ratio(
    values.reduce((sum, value) => sum + value, 0),
    values.length,
  )

/**
 * Share of correct predictions. For labels it is the subset accuracy: all labels of a sequence must be correct. For single classes it
 * equals micro-averaged precision, recall and F1. As `accuracy_score`.
 */
export const accuracy = ({ right, answers }: Counts): number => ratio(right, answers)

/** Share of sequences in which every prediction is correct. */
export const exactMatch = ({ exact, sequences }: Counts): number => ratio(exact, sequences)

/** What precision, recall and F1 of a class are computed from, by class id. */
export type ClassCounts = Pick<Counts, 'hits' | 'support' | 'predicted'>

/** True positives / targets of this class. As `recall_score`. */
export const recall = ({ hits, support }: ClassCounts, of: number): number => ratio(hits[of]!, support[of]!)

/** True positives / predictions of this class. As `precision_score`. */
export const precision = ({ hits, predicted }: ClassCounts, of: number): number => ratio(hits[of]!, predicted[of]!)

/** Harmonic mean of precision and recall of one class. As `f1_score` (van Rijsbergen 1979). */
export function f1(counts: ClassCounts, of: number): number {
  const [p, r] = [precision(counts, of), recall(counts, of)]
  return ratio(2 * p * r, p + r)
}

/** Mean recall over the classes that occur as targets (Brodersen et al. 2010). As `balanced_accuracy_score`. */
export const balancedAccuracy = (counts: Counts): number =>
  mean(classesWhere(counts, (of) => counts.support[of]! > 0).map((of) => recall(counts, of)))

/**
 * Unweighted mean F1 over the classes that occur as targets or predictions, or over all labels. As `f1_score(average='macro')`.
 */
export function f1Macro(counts: Counts): number {
  const { task, support, predicted } = counts
  const counting = classesWhere(counts, (of) => task.aim === 'labels' || support[of]! + predicted[of]! > 0)
  return mean(counting.map((of) => f1(counts, of)))
}

/** F1 of hits, targets and predictions summed over labels. As `f1_score(average='micro')`. */
export function f1Micro({ hits, support, predicted }: Counts): number {
  return ratio(2 * total(hits), total(support) + total(predicted))
}

/** Share of wrong labels, over all sequences and labels. As `hamming_loss`. */
export function hammingLoss({ hits, support, predicted, answers }: Counts): number {
  return ratio(total(support) + total(predicted) - 2 * total(hits), answers * support.length)
}

/** Mean |prediction − target|, in the units of the target. As `mean_absolute_error`. */
export const absoluteError = ({ absoluteError: sum, answers }: Counts): number => ratio(sum, answers)

const total = (counts: Float64Array): number => counts.reduce((sum, count) => sum + count, 0)
const classesWhere = ({ support }: Counts, counts: (of: number) => boolean): number[] => [...support.keys()].filter(counts)

/** Measures of learning on validation data. */
import { initialise } from '@core/random/initialisers'
import { batchFeeds, stepFeeds } from '@engine/feeds'
import { evaluationBatch } from '@engine/evaluation'
import { along, atEnd, mean, norm, type Measure } from './define'
import { metric, type Subject } from './subject'

const ofEvaluation = (name: string): Measure => atEnd((subject) => metric(subject, name))

/**
 * Difference between the loss on validation batches in evaluation mode and in training mode, with the same weights. It is not 0
 * for a norm that uses batch statistics in training.
 */
async function modeGap({ training: { model, task, train } }: Subject): Promise<number> {
  const { lab } = model
  const size = evaluationBatch(lab, task.spec)
  const evaluate = model.program('evaluate', { batch: size })
  const count = Math.min(task.evaluationBatches(size), Math.ceil(held / size))
  const gaps: number[] = []
  for (let index = 0; index < count; index++) {
    const batch = task.evaluationBatch(index, size)
    const feeds = stepFeeds(train.program, lab, batch, 1, lab.training.learningRate)
    const [inTraining] = (await train.executable.run(feeds, ['loss'])).get('loss')!
    const [inEvaluation] = (await evaluate.executable.run(batchFeeds(evaluate.program, batch, new Map()), ['loss'])).get(
      'loss',
    )!
    gaps.push(inEvaluation! - inTraining!)
  }
  return mean(gaps)
}
/** Minimum number of sequences compared. */
const held = 64

/** Share of validation texts with exactly the right labels, for decision thresholds of 0.1, 0.2, … 0.9. */
async function thresholdCurve({ training: { model, task } }: Subject): Promise<readonly number[]> {
  const count = Math.min(128, task.spec.validation)
  const { program, executable } = model.program('inspect', { batch: count })
  const probe = program.probes.find(({ name, block }) => name === `${block}/probabilities`)
  if (!probe) return thresholds.map(() => NaN)
  const batch = task.evaluationBatch(0, count)
  const name = `probe/${probe.name}`
  const probabilities = (await executable.run(batchFeeds(program, batch, new Map()), [name])).get(name)!
  const labels = probe.value.shape.at(-1) ?? 1
  return thresholds.map((threshold) => {
    const isRight = (text: number): boolean =>
      Array.from({ length: labels }, (_, label) => text * labels + label).every(
        (at) => probabilities[at]! >= threshold === (batch.targets[at] ?? 0) > 0,
      )
    return Array.from({ length: count }, (_, text) => text).filter(isRight).length / count
  })
}
const thresholds = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]

/** Distance of the query weights from their initial values, relative to the initial norm. */
function queriesMoved({ training: { model } }: Subject): number {
  const queries = model.weights.filter(({ name, block }) => name === `${block}/query`)
  const now = model.states.read(queries.map(({ name }) => name))
  const lengths = queries.map(({ name, initialiser, value }) => {
    const before = initialise(initialiser, value.shape, model.lab.training.seed, name)
    const after = now.get(name)!
    return norm(before.map((start, i) => after[i]! - start)) / norm(before)
  })
  return mean(lengths)
}

export const learning = {
  loss: ofEvaluation('loss'),
  accuracy: ofEvaluation('accuracy'),
  balancedAccuracy: ofEvaluation('balancedAccuracy'),
  f1Macro: ofEvaluation('f1Macro'),
  f1Micro: ofEvaluation('f1Micro'),
  hammingLoss: ofEvaluation('hammingLoss'),
  thresholdCurve: atEnd(thresholdCurve),
  freeAccuracy: ofEvaluation('freeAccuracy'),
  exactMatch: ofEvaluation('exactMatch'),
  absoluteError: ofEvaluation('absoluteError'),
  /** Accuracy with the truth as input minus free-running accuracy. */
  exposureGap: atEnd(async (subject) => (await metric(subject, 'accuracy')) - (await metric(subject, 'freeAccuracy'))),
  /** Every second point, to keep the row readable. */
  lossCurve: along(({ curve }) => curve.filter((_, point) => point % 2 === 0).map(({ loss }) => loss)),
  accuracyCurve: along(({ curve }) => curve.map(({ metrics }) => metrics['accuracy'] ?? NaN)),
  /** Step of the first evaluation with an accuracy of 0.9; infinity if there is none. */
  stepsTo90: along(({ curve }) => curve.find(({ metrics }) => (metrics['accuracy'] ?? 0) >= 0.9)?.step ?? Infinity),
  modeGap: atEnd(modeGap),
  queriesMoved: atEnd(queriesMoved),
}

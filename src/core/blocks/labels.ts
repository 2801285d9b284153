/** Any number of labels for each sequence: which of them a model predicts, and how right that is. Shared by the outputs that can. */
import { z } from 'zod'
import type { Value } from '../program/types'
import type { BlockBuilder, Objective } from './define'

/** From which probability on a label counts as predicted. */
export const thresholdParam = z.number().min(0.01).max(0.99).default(0.5)

/** The task's labels, 1 or 0 for each class: (batch, class). */
export const labelTargets = (b: BlockBuilder): Value => b.dataInput('targets', [b.batch, b.signature.classes], 'float32')

/**
 * Predictions (batch, class) and their figures: `accuracy`, the share of sequences with all labels right (subset accuracy); `f1`,
 * over all labels together (micro-averaged); `hammingLoss`, the share of labels that are wrong.
 */
export function judgeLabels(
  b: BlockBuilder,
  probabilities: Value,
  targets: Value,
  threshold: number,
): Pick<Objective, 'predictions' | 'metrics'> {
  const classes = b.signature.classes
  const predictions = b.sub(1, b.greater(threshold, probabilities))
  const right = b.equal(predictions, targets)
  const hits = b.sum(b.mul(predictions, targets), -1)
  return {
    predictions,
    metrics: {
      accuracy: b.equal(b.sum(right, -1), classes),
      f1: { of: b.mul(hits, 2), over: b.add(b.sum(predictions, -1), b.sum(targets, -1)) },
      hammingLoss: b.sub(1, b.mean(right, -1)),
    },
  }
}

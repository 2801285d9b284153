/** Multi-label predictions and their accuracy, shared by the outputs that support them. */
import { z } from 'zod'
import type { Value } from '../program/types'
import type { BlockBuilder, Objective } from './define'

/** Labels with at least this probability are predicted. */
export const thresholdParam = z.number().min(0.01).max(0.99).default(0.5)

/** The task's labels, 1 or 0 for each class: (batch, class). */
export const labelTargets = (b: BlockBuilder): Value => b.dataInput('targets', [b.batch, b.signature.classes], 'float32')

/** Predictions (batch, class), and whether all labels of a sequence are right (batch). */
export function judgeLabels(
  b: BlockBuilder,
  probabilities: Value,
  targets: Value,
  threshold: number,
): Pick<Objective, 'predictions' | 'probabilities' | 'right'> {
  const predictions = b.sub(1, b.greater(threshold, probabilities))
  return { predictions, probabilities, right: b.equal(b.sum(b.equal(predictions, targets), -1), b.signature.classes) }
}

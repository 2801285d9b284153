/**
 * Classifier per sequence: one vector to one logit per class, trained by softmax cross-entropy. On a multi-label task it is the wrong
 * output but still has metrics: the labels of a sequence share the target's probability.
 */
import { z } from 'zod'
import type { Value } from '../program/types'
import { defineBlock, vector, type BlockBuilder, type Objective } from './define'
import { countedOf, crossEntropyObjective, requireAim, sequenceLogits, smoothed } from './objective'
import { judgeLabels, labelTargets, thresholdParam } from './labels'
import { biasParam, initialiserParam, linearMap } from './linear-map'

export const sequenceClassifier = defineBlock({
  kind: 'sequence-classifier',
  family: 'output',
  inputs: { x: vector },
  outputs: { logits: sequenceLogits },
  params: z.object({ bias: biasParam, initialiser: initialiserParam, threshold: thresholdParam }),
  build({ x }, { threshold, bias, initialiser }, b) {
    requireAim(b, 'sequence', 'labels')
    const logits = linearMap(b, x, { name: 'weight', outputs: b.signature.classes, bias, initialiser })
    const several = b.signature.aim === 'labels'
    b.objective(several ? sharedObjective(b, logits, threshold) : crossEntropyObjective(b, logits, sequenceLogits.axes))
    return { logits }
  },
})

/** Cross-entropy against equal probabilities for all true labels, as torch.nn.CrossEntropyLoss with probability targets. */
function sharedObjective(b: BlockBuilder, logits: Value, threshold: number): Objective {
  b.look('logits', sequenceLogits.axes, logits)
  const probabilities = b.look('probabilities', sequenceLogits.axes, b.softmax(logits))
  const targets = labelTargets(b)
  const shares = b.div(targets, b.maximum(b.sum(targets, -1, true), 1))
  const losses = smoothed(b, logits, b.neg(b.sum(b.mul(shares, b.logSoftmax(logits)), -1)))
  return { losses, counted: countedOf(b, [b.batch]), logits, ...judgeLabels(b, probabilities, targets, threshold) }
}

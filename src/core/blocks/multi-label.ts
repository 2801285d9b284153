/**
 * Multi-label output: one logit per label, trained by sigmoid and binary cross-entropy, each label independently. On a task with exactly
 * one class per sequence it is the wrong output but still has metrics: the most likely class is its prediction.
 */
import { z } from 'zod'
import type { Value } from '../program/types'
import { defineBlock, vector, type BlockBuilder } from './define'
import { countedOf, requireAim, sequenceLogits } from './objective'
import { judgeLabels, labelTargets, thresholdParam } from './labels'
import { biasParam, initialiserParam, linearMap } from './linear-map'

export const multiLabel = defineBlock({
  kind: 'multi-label',
  family: 'output',
  inputs: { x: vector },
  outputs: { logits: sequenceLogits },
  params: z.object({ threshold: thresholdParam, bias: biasParam, initialiser: initialiserParam }),
  build({ x }, { threshold, bias, initialiser }, b) {
    requireAim(b, 'labels', 'sequence')
    const logits = linearMap(b, x, { name: 'weight', outputs: b.signature.classes, bias, initialiser })
    b.look('logits', sequenceLogits.axes, logits)
    const probabilities = b.look('probabilities', sequenceLogits.axes, b.sigmoid(logits))
    const counted = countedOf(b, [b.batch])
    if (b.signature.aim === 'labels') {
      const targets = labelTargets(b)
      const losses = binaryCrossEntropy(b, logits, targets)
      b.objective({ losses, counted, logits, ...judgeLabels(b, probabilities, targets, threshold) })
    } else {
      const targets = b.dataInput('targets', [b.batch], 'int32')
      const predictions = b.argmax(logits)
      const losses = binaryCrossEntropy(b, logits, b.oneHot(targets, b.signature.classes))
      b.objective({ losses, counted, logits, predictions, probabilities, right: b.equal(predictions, targets) })
    }
    return { logits }
  },
})

/** Mean over the classes of −t·log σ(l) − (1 − t)·log(1 − σ(l)), in a form that cannot overflow: (batch, class) → (batch). */
function binaryCrossEntropy(b: BlockBuilder, logits: Value, targets: Value): Value {
  const size = b.maximum(logits, b.neg(logits))
  const tail = b.log(b.add(b.exp(b.neg(size)), 1))
  return b.mean(b.add(b.sub(b.relu(logits), b.mul(logits, targets)), tail), -1)
}

/** Classifier per sequence: one vector to one logit per class; softmax and cross-entropy judge it. */
import { z } from 'zod'
import { defineBlock, vector, type PortType } from './define'
import { crossEntropyObjective, requireAim } from './judge'
import { initialiserParam, linearMap } from './linear-map'

const logitsPort: PortType = { axes: ['batch', 'class'], dtype: 'float32' }

export const sequenceClassifier = defineBlock({
  kind: 'sequence-classifier',
  family: 'output',
  inputs: { x: vector },
  outputs: { logits: logitsPort },
  params: z.object({ bias: z.boolean().default(true), initialiser: initialiserParam }),
  build({ x }, { bias, initialiser }, b) {
    requireAim(b, 'sequence')
    const logits = linearMap(b, x, { name: 'weight', outputs: b.task.classes.length, bias, initialiser })
    b.objective(crossEntropyObjective(b, logits, ['batch', 'class']))
    return { logits }
  },
})

/** Classifier per token: linear to one logit per class; softmax and cross-entropy judge it. Padding counts for nothing. */
import { z } from 'zod'
import { defineBlock, features, type PortType } from './define'
import { crossEntropyObjective, requireAim } from './judge'
import { initialiserParam, linearMap } from './linear-map'

const logitsPort: PortType = { axes: ['batch', 'token', 'class'], dtype: 'float32' }

export const classifier = defineBlock({
  kind: 'classifier',
  family: 'output',
  inputs: { x: features },
  outputs: { logits: logitsPort },
  params: z.object({ bias: z.boolean().default(true), initialiser: initialiserParam }),
  build({ x }, { bias, initialiser }, b) {
    requireAim(b, 'tokens')
    const logits = linearMap(b, x, { name: 'weight', outputs: b.task.classes.length, bias, initialiser })
    b.objective(crossEntropyObjective(b, logits, ['batch', 'token', 'class']))
    return { logits }
  },
})

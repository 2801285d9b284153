/** Classifier per token: linear to one logit per class, trained by softmax cross-entropy. Padding is excluded from the loss. */
import { z } from 'zod'
import { defineBlock, features } from './define'
import { crossEntropyObjective, requireTokens, tokenLogits } from './objective'
import { biasParam, initialiserParam, linearMap } from './linear-map'

export const classifier = defineBlock({
  kind: 'classifier',
  family: 'output',
  inputs: { x: features },
  outputs: { logits: tokenLogits },
  params: z.object({ bias: biasParam, initialiser: initialiserParam }),
  build({ x }, { bias, initialiser }, b) {
    requireTokens(b, x)
    const logits = linearMap(b, x, { name: 'weight', outputs: b.signature.classes, bias, initialiser })
    b.objective(crossEntropyObjective(b, logits, tokenLogits.axes))
    return { logits }
  },
})

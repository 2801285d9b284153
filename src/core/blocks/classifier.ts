/** Classifier per token: linear to one logit per class; softmax and cross-entropy judge it. Padding counts for nothing. */
import { z } from 'zod'
import { defineBlock, features, type PortType } from './define'
import { initialiserParam, linearMap } from './linear-map'

const logitsPort: PortType = { axes: ['batch', 'token', 'class'], dtype: 'float32' }

export const classifier = defineBlock({
  kind: 'classifier',
  family: 'output',
  inputs: { x: features },
  outputs: { logits: logitsPort },
  params: z.object({ bias: z.boolean().default(true), initialiser: initialiserParam }),
  build({ x }, { bias, initialiser }, b) {
    const [batch = 0, length = 0] = x.shape
    const logits = linearMap(b, x, { name: 'weight', outputs: b.task.classes.length, bias, initialiser })
    b.look('logits', ['batch', 'token', 'class'], logits)
    if (b.mode === 'inspect') b.look('probabilities', ['batch', 'token', 'class'], b.softmax(logits))
    const predictions = b.argmax(logits)
    const targets = b.dataInput('targets', [batch, length], 'int32')
    b.objective({
      losses: b.crossEntropy(logits, targets),
      logits,
      predictions,
      counted: b.mask('x') ?? b.constant(new Float32Array(batch * length).fill(1), [batch, length]),
      metrics: { accuracy: b.equal(predictions, targets) },
    })
    return { logits }
  },
})

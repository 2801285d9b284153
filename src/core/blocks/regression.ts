/** Regression: one number per sequence, trained by the squared error. Within the tolerance a prediction counts as right. */
import { z } from 'zod'
import { defineBlock, vector, type PortType } from './define'
import { countedOf, requireAim } from './objective'
import { biasParam, initialiserParam, linearMap } from './linear-map'

const numberPort: PortType = { axes: ['batch'], dtype: 'float32' }

export const regression = defineBlock({
  kind: 'regression',
  family: 'output',
  inputs: { x: vector },
  outputs: { y: numberPort },
  params: z.object({
    /** Largest error, in the units of the target, at which a prediction counts as right. Used by the accuracy only. */
    tolerance: z.number().positive().max(1e6).default(0.1),
    bias: biasParam,
    initialiser: initialiserParam,
  }),
  build({ x }, { tolerance, bias, initialiser }, b) {
    requireAim(b, 'number')
    const y = b.reshape(linearMap(b, x, { name: 'weight', outputs: 1, bias, initialiser }), [b.batch])
    const error = b.sub(y, b.dataInput('targets', [b.batch], 'float32'))
    const absoluteError = b.maximum(error, b.neg(error))
    b.objective({
      losses: b.square(error),
      counted: countedOf(b, [b.batch]),
      logits: y,
      predictions: y,
      probabilities: null,
      right: b.sub(1, b.greater(absoluteError, tolerance)),
      tolerance,
    })
    return { y }
  },
})

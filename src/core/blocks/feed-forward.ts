/** Position-wise feed-forward network (Vaswani et al. 2017, section 3.3): up-projection, activation, down-projection, per token. */
import { z } from 'zod'
import { activations } from './activations'
import { adapterParams, adaptersOf } from './adapters'
import { defineBlock, featuresOrVector, like } from './define'
import { biasParam, initialiserParam, linearMap } from './linear-map'
import { neurons } from './neurons'

export const feedForward = defineBlock({
  kind: 'feed-forward',
  family: 'feed-forward',
  inputs: { x: featuresOrVector },
  outputs: { y: like('x') },
  params: z.object({
    /** Hidden width; usually four times the width. */
    hidden: z.number().int().min(1).max(16384).default(128),
    /** SwiGLU (Shazeer 2020) has a third matrix: the SiLU of one hidden layer gates another. */
    activation: z.enum(['relu', 'gelu', 'gelu-tanh', 'silu', 'swiglu']).default('gelu'),
    bias: biasParam,
    initialiser: initialiserParam,
    dropout: z.number().min(0).max(0.9).default(0),
    ...adapterParams,
  }),
  renamedWeights: { widen: 'up', 'widen-bias': 'up-bias', narrow: 'down', 'narrow-bias': 'down-bias' },
  build({ x }, { hidden, activation, bias, initialiser, dropout, ...settings }, b) {
    const adapters = adaptersOf(b, settings)
    const width = x.shape.at(-1) ?? 1
    const layer = (name: string) => linearMap(b, x, { name, outputs: hidden, bias, initialiser, adapters })
    const up = layer('up')
    const hiddenLayer = activation === 'swiglu' ? b.mul(activations.silu(b, layer('gate')), up) : activations[activation](b, up)
    b.look('hidden', x.shape.length === 3 ? ['batch', 'token', 'feature'] : ['batch', 'feature'], hiddenLayer)
    const active = b.gate(neurons, hiddenLayer, [hidden])
    const down = linearMap(b, active, { name: 'down', outputs: width, bias, initialiser, adapters })
    return { y: b.dropout(b.gate('output', down), dropout) }
  },
})

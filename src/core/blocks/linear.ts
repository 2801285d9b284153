/** Linear layer: x·W + b for every token, or for one vector. */
import { z } from 'zod'
import { adapterParams, adaptersOf } from './adapters'
import { defineBlock, featuresOrVector, like } from './define'
import { biasParam, initialiserParam, linearMap } from './linear-map'

export const linear = defineBlock({
  kind: 'linear',
  family: 'feed-forward',
  inputs: { x: featuresOrVector },
  outputs: { y: like('x') },
  params: z.object({
    width: z.number().int().min(1).max(16384).default(32),
    bias: biasParam,
    initialiser: initialiserParam,
    ...adapterParams,
  }),
  build({ x }, { width, bias, initialiser, ...settings }, b) {
    const adapters = adaptersOf(b, settings)
    return { y: linearMap(b, x, { name: 'weight', outputs: width, bias, initialiser, adapters }) }
  },
})

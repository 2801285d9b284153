/** Layer normalisation (Ba et al. 2016): each token's features to mean 0 and variance 1, then gain and bias. Variance divides by n. */
import { z } from 'zod'
import { defineBlock, features } from './define'

export const norm = defineBlock({
  kind: 'norm',
  family: 'norm',
  inputs: { x: features },
  outputs: { y: features },
  params: z.object({
    epsilon: z.number().positive().max(1).default(1e-5),
  }),
  build({ x }, { epsilon }, b) {
    const width = x.shape[2] ?? 0
    if (b.mode === 'inspect') {
      const mean = b.look('mean', ['batch', 'token', 'one'], b.mean(x, -1, true))
      b.look('variance', ['batch', 'token', 'one'], b.mean(b.square(b.sub(x, mean)), -1, true))
    }
    const normalised = b.look('normalised', ['batch', 'token', 'feature'], b.standardise(x, epsilon))
    const gain = b.weight('gain', [width], { kind: 'ones' })
    const bias = b.weight('bias', [width], { kind: 'zeros' })
    return { y: b.add(b.mul(normalised, gain), bias) }
  },
})

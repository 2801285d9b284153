/**
 * Segments (Devlin et al. 2019, section 3.1): a learned vector for each part of a sequence is added to its tokens. A part ends with its
 * separator; later ones than the last segment share that one.
 */
import { z } from 'zod'
import { formula } from '../program/constants'
import type { Value } from '../program/types'
import { defineBlock, features, ids } from './define'

export const segment = defineBlock({
  kind: 'segment',
  family: 'position',
  inputs: { x: features, ids },
  outputs: { y: features },
  params: z.object({
    /** Id of the token that ends a part. */
    separator: z
      .number()
      .int()
      .min(0)
      .max(2 ** 22)
      .default(1),
    segments: z.number().int().min(1).max(16).default(2),
    /** Initial standard deviation. */
    deviation: z.number().positive().max(10).default(0.5),
  }),
  build({ x, ids }, { separator, segments, deviation }, b) {
    // The cache holds keys and values, but not how many parts there were before.
    if (b.place) b.refuse('graph.not-causal', {})
    const [batch = 0, length = 0, width = 0] = x.shape
    const table = b.weight(
      'segments',
      [segments, width],
      { kind: 'normal', deviation },
      { decay: false, axes: ['segment', 'feature'] },
    )
    const ends = b.equal(ids, separator) // (B, T)
    const earlier = b.matmul(ends, b.constant(formula(strictlyBefore, length), [length, length])) // (B, T): parts that ended before
    const index = b.reshape(b.minimum(earlier, segments - 1), [batch, length, 1])
    const row = (part: number): Value =>
      b.mul(b.equal(index, part), b.reshape(b.slice(table, [part, 0], [1, width]), [1, 1, width]))
    const rows = Array.from({ length: segments }, (_, part) => row(part)).reduce((sum, each) => b.add(sum, each))
    return { y: b.add(x, b.gate('segments', rows)) }
  },
})

/** (length, length): 1 where the row is before the column. */
const strictlyBefore = (length: number): Float32Array =>
  Float32Array.from({ length: length * length }, (_, i) => Number(Math.floor(i / length) < i % length))

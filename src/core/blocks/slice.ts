/** Slice: a range of the features of every token, like the input of one head, or a range of the tokens of every sequence. */
import { z } from 'zod'
import type { Value } from '../program/types'
import { defineBlock, featuresOrVector, like, type BlockBuilder } from './define'

export const slice = defineBlock({
  kind: 'slice',
  family: 'shape',
  inputs: { x: featuresOrVector },
  outputs: { y: like('x') },
  params: z.object({
    axis: z.enum(['feature', 'token']).default('feature'),
    /** Index of the first, from 0. */
    start: z.number().int().min(0).max(16384).default(0),
    size: z.number().int().min(1).max(16384).default(1),
  }),
  lookahead: (input, { axis, start }) => ({ tokens: input('x').tokens + (axis === 'token' ? start : 0) }),
  build({ x }, { axis, start, size }, b) {
    const isVector = x.shape.length < 3
    if (axis === 'token' && isVector) b.refuse('graph.no-tokens', {}, { param: 'axis', value: 'feature' })
    if (axis === 'token' && b.place) b.refuse('graph.not-causal', {})
    const along = axis === 'feature' ? x.shape.length - 1 : 1
    const available = x.shape[along] ?? 0
    if (start + size > available) {
      const repair = start < available ? { param: 'size', value: available - start } : { param: 'start', value: 0 }
      b.refuse('graph.slice-outside', { start, end: start + size, available }, repair)
    }
    const mask = b.mask('x')
    b.carry({ mask: mask && axis === 'token' ? cut(b, mask, 1, start, size) : mask })
    return { y: cut(b, x, along, start, size) }
  },
})

function cut(b: BlockBuilder, x: Value, along: number, start: number, size: number): Value {
  return b.slice(
    x,
    x.shape.map((_, axis) => (axis === along ? start : 0)),
    x.shape.map((length, axis) => (axis === along ? size : length)),
  )
}

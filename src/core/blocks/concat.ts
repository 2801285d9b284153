/** Concat: joins two inputs along the features (…, d + e), or two sequences end to end (T + S, d). */
import { z } from 'zod'
import type { Value } from '../program/types'
import { requireLength, requireWidth } from './alike'
import { defineBlock, features, featuresOrVector, like, type BlockBuilder } from './define'

export const concat = defineBlock({
  kind: 'concat',
  family: 'shape',
  inputs: { a: featuresOrVector, b: like('a') },
  outputs: { y: like('a') },
  params: z.object({ axis: z.enum(['feature', 'token']).default('feature') }),
  lookahead(input, { axis }) {
    const [a, b] = [input('a'), input('b')]
    return { tokens: Math.max(a.tokens, axis === 'token' ? b.tokens - a.length : b.tokens) } // b follows a
  },
  build(inputs, { axis }, b) {
    if (axis === 'feature') {
      requireLength(b, inputs)
      b.carry({ mask: both(b) })
      return { y: b.concat([inputs.a, inputs.b], -1) }
    }
    if (inputs.a.shape.length < features.axes.length) b.refuse('graph.no-tokens', {}, { param: 'axis', value: 'feature' })
    if (b.place) b.refuse('graph.not-causal', {})
    requireWidth(b, inputs.a.shape[2] ?? 0, inputs.b.shape[2] ?? 0)
    b.carry({ mask: oneBehindTheOther(b, inputs) })
    return { y: b.concat([inputs.a, inputs.b], 1) }
  },
})

/** 1 where both inputs are real. */
function both(b: BlockBuilder): Value | null {
  const [left, right] = [b.mask('a'), b.mask('b')]
  return left && right && left !== right ? b.mul(left, right) : (left ?? right)
}

function oneBehindTheOther(b: BlockBuilder, inputs: { readonly a: Value; readonly b: Value }): Value | null {
  const [left, right] = [b.mask('a'), b.mask('b')]
  if (!left && !right) return null
  const real = (x: Value): Value => {
    const [batch = 0, length = 0] = x.shape
    return b.constant(1, [batch, length])
  }
  return b.concat([left ?? real(inputs.a), right ?? real(inputs.b)], 1)
}

/** Positional encoding, added to x: none, sinusoidal (Vaswani et al. 2017, section 3.5) or learned. */
import { z } from 'zod'
import { advanced, applies } from '../fields'
import { formula } from '../program/constants'
import type { Value } from '../program/types'
import { defineBlock, features } from './define'

/** sin and cos of position / 10000^(2i/d), interleaved: (length, width). */
export function sinusoid(length: number, width: number): Float32Array {
  const table = new Float32Array(length * width)
  for (let position = 0; position < length; position++) {
    for (let feature = 0; feature < width; feature++) {
      const angle = position / Math.pow(10000, (2 * Math.floor(feature / 2)) / width)
      table[position * width + feature] = feature % 2 === 0 ? Math.sin(angle) : Math.cos(angle)
    }
  }
  return table
}

export const position = defineBlock({
  kind: 'position',
  family: 'position',
  inputs: { x: features },
  outputs: { y: features },
  params: z.object({
    method: z.enum(['none', 'sinusoidal', 'learned']).default('sinusoidal'),
    /** Initial standard deviation of learned positions. */
    deviation: z.number().positive().max(10).default(0.5),
    /** Number of learned positions, of which the first are used; 0 for as many as a sequence has tokens. */
    rows: z
      .number()
      .int()
      .min(0)
      .max(16384)
      .default(0)
      .register(applies, { method: ['learned'] })
      .register(advanced, {}),
    dropout: z.number().min(0).max(0.9).default(0),
  }),
  build({ x }, { method, deviation, rows, dropout }, b) {
    const [, seen = 0, width = 0] = x.shape
    const length = b.place ? b.signature.length : seen
    if (method === 'none') return { y: b.dropout(x, dropout) }
    const learned = (): Value => {
      if (rows > 0 && rows < length) b.refuse('graph.few-positions', { rows, length }, { param: 'rows', value: 0 })
      const shape = [rows || length, width]
      const axes = ['position', 'feature']
      const table = b.weight('positions', shape, { kind: 'normal', deviation }, { decay: false, axes })
      return rows > length ? b.slice(table, [0, 0], [length, width]) : table
    }
    const encoding = method === 'sinusoidal' ? b.constant(formula(sinusoid, length, width), [length, width]) : learned()
    b.look('encoding', ['position', 'feature'], encoding)
    const here = b.place ? b.gather(encoding, b.place) : encoding // (T, d) or, for one token, (1, d)
    return { y: b.dropout(b.add(x, b.gate('encoding', here)), dropout) }
  },
})

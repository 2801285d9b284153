/**
 * Embedding: one learned row per token. The Transformer multiplies by √d (Vaswani et al. 2017, section 3.4). The table is a second output,
 * for weight tying.
 */
import { z } from 'zod'
import { advanced } from '../fields'
import { defineBlock, embeddingTable, features, ids } from './define'

export const embedding = defineBlock({
  kind: 'embedding',
  family: 'input',
  inputs: { ids },
  outputs: { y: features, table: embeddingTable },
  params: z.object({
    width: z.number().int().min(1).max(4096).default(32),
    scale: z.boolean().default(false).register(advanced, {}),
    /** Initial standard deviation of the table. */
    deviation: z.number().positive().max(10).default(0.5).register(advanced, {}),
  }),
  build({ ids }, { width, scale, deviation }, b) {
    const table = b.weight(
      'table',
      [b.categories('ids'), width],
      { kind: 'normal', deviation },
      { axes: ['vocabulary', 'feature'] },
    )
    const rows = b.gate('output', b.gather(table, ids)) // (B, T, d)
    b.carry({ mask: null }, 'table')
    return { y: scale ? b.mul(rows, Math.sqrt(width)) : rows, table: b.gate('table', table) }
  },
})

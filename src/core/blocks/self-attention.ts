/** Self-attention with one head: softmax(QKᵀ/√d)·V, where queries, keys and values all come from the same sequence. */
import { z } from 'zod'
import { attend } from './attention/attend'
import { joinHeads, splitHeads } from './attention/heads'
import { lookaheadOf } from './attention/masks'
import { adapterParams } from './adapters'
import { adaptersFor, adaptParams, type Projection } from './attention/adapted'
import { attentionParams, layerParams, migrateScale, widthParams } from './attention/settings'
import { defineBlock, features } from './define'
import { linearMap } from './linear-map'

export const selfAttention = defineBlock({
  kind: 'self-attention',
  family: 'attention',
  inputs: { x: features },
  outputs: { y: features },
  params: z.object({ ...widthParams, ...attentionParams, ...layerParams, ...adapterParams, ...adaptParams }),
  lookahead: (input, settings) => lookaheadOf(settings, input('x'), input('x')),
  migrate: migrateScale,
  build({ x }, settings, b) {
    const { bias, initialiser } = settings
    const width = x.shape[2] ?? 0
    const adapters = adaptersFor(b, settings)
    const project = (name: Projection, outputs: number) =>
      splitHeads(b, linearMap(b, x, { name, outputs: outputs || width, bias, initialiser, adapters: adapters(name) }), 1)
    const queries = project('query', settings.keyWidth) // (B, 1, T, d_k)
    const keys = project('key', settings.keyWidth)
    const values = project('value', settings.valueWidth) // (B, 1, T, d_v)
    const attended = attend(b, { queries, keys, values, padding: b.mask('x') }, settings)
    return { y: b.dropout(b.gate('output', joinHeads(b, attended)), settings.dropout) }
  },
})

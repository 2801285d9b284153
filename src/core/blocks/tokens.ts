/** Tokens: the task's sequences, or those of its source, as token ids with their padding mask. */
import { z } from 'zod'
import { defineBlock, ids } from './define'

export const tokens = defineBlock({
  kind: 'tokens',
  family: 'input',
  inputs: {},
  outputs: { ids },
  params: z.object({ sequence: z.enum(['tokens', 'source']).default('tokens') }),
  lookahead: (_input, { sequence }) => ({ tokens: sequence === 'tokens' ? 0 : -Infinity }),
  build(_inputs, { sequence }, b) {
    const other = () => b.signature.source ?? b.refuse('graph.no-source-sequence', {}, { param: 'sequence', value: 'tokens' })
    const read = sequence === 'tokens' ? b.signature : other()
    const shape = [b.batch, sequence === 'tokens' && b.place ? 1 : read.length] // (B, T)
    const mask = sequence === 'tokens' ? 'mask' : 'sourceMask'
    b.carry({
      mask: read.padded ? b.dataInput(mask, shape, 'float32') : null,
      categories: read.vocabulary,
    })
    return { ids: b.dataInput(sequence, shape, 'int32') }
  },
})

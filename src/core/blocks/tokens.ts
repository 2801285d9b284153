/** Tokens: the task's sequences as token ids, with the padding mask they carry through the whole model. Or those of its source. */
import { z } from 'zod'
import { defineBlock, ids } from './define'

export const tokens = defineBlock({
  kind: 'tokens',
  family: 'input',
  inputs: {},
  outputs: { ids },
  params: z.object({ sequence: z.enum(['tokens', 'source']).default('tokens') }),
  build(_inputs, { sequence }, b) {
    const other = () => b.task.source ?? b.refuse('graph.no-source-sequence', {}, { param: 'sequence', value: 'tokens' })
    const spec = sequence === 'tokens' ? b.task : other()
    const shape = [b.batch, sequence === 'tokens' && b.place ? 1 : spec.length] // (B, T)
    const mask = sequence === 'tokens' ? 'mask' : 'sourceMask'
    b.carry({
      mask: spec.padded ? b.dataInput(mask, shape, 'float32') : null,
      categories: spec.vocabulary.length,
    })
    return { ids: b.dataInput(sequence, shape, 'int32') }
  },
})

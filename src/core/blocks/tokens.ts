/** Tokens: the task's sequences as token ids, with the padding mask they carry through the whole model. */
import { z } from 'zod'
import { defineBlock, ids } from './define'

export const tokens = defineBlock({
  kind: 'tokens',
  family: 'input',
  inputs: {},
  outputs: { ids },
  params: z.object({}),
  build(_inputs, _params, b) {
    const shape = [b.batch, b.place ? 1 : b.task.length] // (B, T)
    b.carry({
      mask: b.task.padded ? b.dataInput('mask', shape, 'float32') : null,
      categories: b.task.vocabulary.length,
    })
    return { ids: b.dataInput('tokens', shape, 'int32') }
  },
})

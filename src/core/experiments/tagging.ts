/** One layer that tags words: the model for comparing masks, merges, heads and norms. */
import { composeLab } from '../models/compose'
import type { LabDocument } from '../lab/document'
import { embed, layers } from '../models/parts'

type Params = Readonly<Record<string, unknown>>

export function tagging({
  width = 32,
  attention = {},
  norm = {},
  norms = 'before',
  training = {},
}: {
  width?: number
  attention?: Params
  norm?: Params
  norms?: 'before' | 'after'
  training?: Params
}): LabDocument {
  return composeLab({ task: { kind: 'pos-tagging', params: {} }, training: { learningRate: 2e-3, ...training } }, (c) => {
    const x = embed(c, { width })
    const y = layers(c, x, { attention: { heads: 4, ...attention }, feedForward: { hidden: 2 * width }, norm, norms })
    c.place('classifier', 'classifier', {}, { x: y })
  })
}

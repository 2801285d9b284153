/** One layer that looks up letters by position: the model for comparing score functions and normalisers. */
import { composeLab } from '../models/compose'
import type { LabDocument } from '../lab/document'
import { embed, layers } from '../models/parts'

export const lookup = (attention: Readonly<Record<string, unknown>>): LabDocument =>
  composeLab({ task: { kind: 'reverse', params: { minLength: 8, length: 8 } }, training: { learningRate: 3e-3 } }, (c) => {
    const x = layers(c, embed(c, { width: 32 }), { attention: { heads: 4, ...attention }, feedForward: { hidden: 64 } })
    c.place('classifier', 'classifier', {}, { x })
  })

/** Deep chains of small blocks, to test engines and editor on long graphs. */
import type { LabDocument } from '../lab/document'
import { composeLab } from './compose'
import { embed } from './parts'

/** A reversing lab of exactly `blocks` blocks; apart from both ends they repeat linear, add (a residual connection) and norm. */
export function chainLab(blocks: number, { width = 8, batch = 4 } = {}): LabDocument {
  const training = { steps: 10, batchSize: batch, learningRate: 1e-3 }
  return composeLab({ title: `${blocks} blocks`, task: { kind: 'reverse', params: {} }, training }, (c) => {
    let stream = embed(c, { width, position: null })
    let skip = stream
    while (c.nodes.length < blocks - 1) {
      const id = (kind: string): string => `${kind}-${c.nodes.length}`
      const kind = (['linear', 'add', 'norm'] as const)[(c.nodes.length - 2) % 3]!
      if (kind === 'linear') skip = stream
      const inputs = kind === 'add' ? { a: skip, b: stream } : { x: stream }
      stream = c.place(id(kind), kind, kind === 'linear' ? { width } : {}, inputs)
    }
    c.place('classifier', 'classifier', {}, { x: stream })
  })
}

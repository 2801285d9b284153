/** The cells of recurrent networks, one entry each. Gate order and biases follow PyTorch, so that weights can be exchanged. */
import type { Value } from '../program/types'
import type { BlockBuilder } from './define'

/** What a cell carries from step to step, each (1, B, w). Only the LSTM uses the cell state. */
interface Memory {
  readonly state: Value
  readonly cell: Value
}

interface Cell {
  /** Number of vectors of the state's width that are computed from the input, and from the state. */
  readonly gates: number
  /** Whether the second bias c is multiplied by a gate, so that it cannot be merged with b. */
  readonly biasInside: boolean
  /** `input` is Wx + b and `hidden` Uh, both (1, B, gates · w); c is in `hidden` if it acts inside, else in `input`. */
  readonly step: (b: BlockBuilder, input: Value, hidden: Value, memory: Memory) => Memory
}

/** Gates `from` to `to` (exclusive) of (1, B, gates · w). */
function part(b: BlockBuilder, x: Value, { state }: Memory, from: number, to = from + 1): Value {
  const [, batch = 0, width = 0] = state.shape
  return b.slice(x, [0, 0, from * width], [1, batch, (to - from) * width])
}

export const cells = {
  /** h = tanh(Wx + b + Uh + c) (Elman 1990). */
  rnn: {
    gates: 1,
    biasInside: false,
    step: (b, input, hidden, { cell }) => ({ state: b.tanh(b.add(input, hidden)), cell }),
  },
  /** Cho et al. 2014, with the reset gate applied after the matrix product, as in PyTorch. Gates: reset, update, new. */
  gru: {
    gates: 3,
    biasInside: true,
    step: (b, input, hidden, memory) => {
      const open = b.sigmoid(b.add(part(b, input, memory, 0, 2), part(b, hidden, memory, 0, 2)))
      const reset = part(b, open, memory, 0)
      const update = part(b, open, memory, 1)
      const fresh = b.tanh(b.add(part(b, input, memory, 2), b.mul(reset, part(b, hidden, memory, 2))))
      return { state: b.add(fresh, b.mul(update, b.sub(memory.state, fresh))), cell: memory.cell }
    },
  },
  /** Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000. Gates: input, forget, candidate, output. */
  lstm: {
    gates: 4,
    biasInside: false,
    step: (b, input, hidden, memory) => {
      const sum = b.add(input, hidden)
      const open = b.sigmoid(part(b, sum, memory, 0, 2))
      const candidate = b.tanh(part(b, sum, memory, 2))
      const output = b.sigmoid(part(b, sum, memory, 3))
      const kept = b.mul(part(b, open, memory, 1), memory.cell)
      const cell = b.add(kept, b.mul(part(b, open, memory, 0), candidate))
      return { state: b.mul(output, b.tanh(cell)), cell }
    },
  },
} satisfies Record<string, Cell>

export type CellKind = keyof typeof cells

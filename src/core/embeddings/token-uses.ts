/** How the tokens of a vocabulary are used in batches: how often, and for which class. */
import type { Signature } from '../signature'
import type { Batch } from '../tasks/types'

export interface TokenUses {
  /** By token id. */
  readonly counts: Int32Array
  /** The class that a token, or the sequences with it, most often has; null if the task has none. */
  readonly classes: {
    /** By token id: an index into the classes of the task, −1 for tokens that do not occur. The lowest of equally frequent ones. */
    readonly most: Int32Array
    /** By token id: how many of its occurrences have that class, from 0 to 1. */
    readonly shares: Float32Array
  } | null
}

/** Classes say something of tokens where each token, or each whole sequence, has one; predicted next tokens do not. */
const hasClasses = ({ aim, causal, source, written }: Signature): boolean =>
  (aim === 'tokens' || aim === 'sequence') && !causal && source === null && written === null

/** The table of counts per token and class would be larger than this. */
const mostCells = 4_000_000

export class TokenCounter {
  private readonly counts: Int32Array
  /** (vocabulary, class) */
  private readonly cells: Int32Array | null

  constructor(
    private readonly signature: Signature,
    private readonly sequence: 'tokens' | 'source',
  ) {
    const vocabulary = (sequence === 'source' ? signature.source?.vocabulary : signature.vocabulary) ?? 0
    const isCounted = sequence === 'tokens' && hasClasses(signature) && vocabulary * signature.classes <= mostCells
    this.counts = new Int32Array(vocabulary)
    this.cells = isCounted ? new Int32Array(vocabulary * signature.classes) : null
  }

  /** The first `sequences` of a batch, without padding. */
  add(batch: Batch, sequences: number): void {
    const { aim, classes, length: own, source } = this.signature
    const isSource = this.sequence === 'source'
    const [ids, mask] = isSource ? [batch.source, batch.sourceMask] : [batch.tokens, batch.mask]
    const length = isSource ? (source?.length ?? 0) : own
    for (let index = 0; ids && index < sequences * length; index++) {
      if (mask && mask[index] === 0) continue
      const id = ids[index]!
      this.counts[id]!++
      if (!this.cells || (aim === 'tokens' && batch.scored && batch.scored[index] === 0)) continue
      const target = batch.targets[aim === 'tokens' ? index : Math.floor(index / length)]!
      if (target >= 0 && target < classes) this.cells[id * classes + target]!++
    }
  }

  get uses(): TokenUses {
    const { counts, cells } = this
    if (!cells) return { counts, classes: null }
    const { classes } = this.signature
    const [most, shares] = [new Int32Array(counts.length).fill(-1), new Float32Array(counts.length)]
    for (let id = 0; id < counts.length; id++) {
      let [sum, largest] = [0, 0]
      for (let each = 0; each < classes; each++) {
        const count = cells[id * classes + each]!
        sum += count
        if (count > largest) [largest, most[id]] = [count, each]
      }
      if (sum > 0) shares[id] = largest / sum
    }
    return { counts, classes: { most, shares } }
  }
}

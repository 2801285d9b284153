/** Attention weights query by query: what every score of an attention pattern is computed from. */

/** The attention of one block for a batch of sequences. */
export interface Attention {
  /** Row-major, with `shape`; rows need not sum to 1. Hidden keys have weight 0. */
  readonly weights: ArrayLike<number>
  /** (B, h, T, S) */
  readonly shape: readonly [batch: number, heads: number, queries: number, keys: number]
  /** (B, T), 1 for real queries and 0 for padding; null if all are real. */
  readonly mask: ArrayLike<number> | null
  /** (B, T) token ids of the queries, which are those of the keys too. */
  readonly tokens: ArrayLike<number>
  /** Sequences that count, from the first; by default all. A batch may be filled up with repetitions. */
  readonly sequences?: number
}

/** One query of one head in one sequence. */
export interface AttentionRow {
  /** (S): the weight on each key, as shares that sum to 1. */
  readonly weights: Float64Array
  /** Position of the query. */
  readonly query: number
  /** (T): token ids of the sequence. */
  readonly tokens: ArrayLike<number>
  /** The same query in the other heads of the block that attend to anything, as `weights`. */
  readonly others: readonly Float64Array[]
}

/** The score of one row; null if the row does not count. */
export type RowScore = (row: AttentionRow) => number | null

/** Means of scores over all real queries of any number of batches, for each head of one block. */
export class RowMeans<Name extends string> {
  private readonly scores: readonly (readonly [Name, RowScore])[]
  /** By name and head. */
  private readonly sums = new Map<Name, { sum: number; count: number }[]>()

  constructor(scores: Readonly<Record<Name, RowScore>>) {
    this.scores = Object.entries(scores) as [Name, RowScore][]
  }

  add(attention: Attention): void {
    const { shape, mask, tokens, sequences = shape[0] } = attention
    const [, heads, queries] = shape
    const sums = this.scores.map(([name, score]) => [score, this.sumsOf(name, heads)] as const)
    for (let sequence = 0; sequence < sequences; sequence++) {
      const ids = Array.from({ length: queries }, (_, at) => tokens[sequence * queries + at]!)
      for (let query = 0; query < queries; query++) {
        if (mask && mask[sequence * queries + query] === 0) continue
        const rows = Array.from({ length: heads }, (_, head) => sharesOf(attention, sequence, head, query))
        rows.forEach((weights, head) => {
          if (!weights) return
          const others = rows.filter((row, other): row is Float64Array => row !== null && other !== head)
          const row = { weights, query, tokens: ids, others }
          for (const [score, byHead] of sums) {
            const value = score(row)
            if (value === null) continue
            byHead[head]!.sum += value
            byHead[head]!.count++
          }
        })
      }
    }
  }

  private sumsOf(name: Name, heads: number): { sum: number; count: number }[] {
    const known = this.sums.get(name) ?? Array.from({ length: heads }, () => ({ sum: 0, count: 0 }))
    this.sums.set(name, known)
    return known
  }

  /** By head; null if no query counted. NaN weights give NaN. Empty before the first batch. */
  means(name: Name): (number | null)[] {
    return (this.sums.get(name) ?? []).map(({ sum, count }) => (count === 0 ? null : sum / count))
  }
}

/** The weights of one row divided by their sum; null for a query that attends to nothing. */
function sharesOf({ weights, shape }: Attention, sequence: number, head: number, query: number): Float64Array | null {
  const [, heads, queries, keys] = shape
  const start = ((sequence * heads + head) * queries + query) * keys
  const row = new Float64Array(keys)
  let sum = 0
  for (let key = 0; key < keys; key++) sum += row[key] = weights[start + key]!
  if (sum === 0) return null
  for (let key = 0; key < keys; key++) row[key]! /= sum
  return row
}

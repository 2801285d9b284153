/** Collects the scores of attention patterns, batch by batch. */
import type { HeadAbsence } from '@core/heads/blocks'
import { RowMeans, type RowScore } from '@core/heads/rows'
import { headScoreNames, headScores, type HeadScoreName } from '@core/heads/scores'
import type { Batch } from '@core/tasks/types'
import { batchFeeds } from '../feeds'
import type { Model } from '../model'
import type { ScoredBlock } from './scored-blocks'

type Basis = 'samples' | 'repeats'
type Means = Readonly<Record<Basis, RowMeans<HeadScoreName>>>

export class PatternScores {
  private readonly means: ReadonlyMap<ScoredBlock, Means>

  constructor(
    private readonly model: Model,
    blocks: readonly ScoredBlock[],
    private readonly size: number,
  ) {
    const meansOf = (block: ScoredBlock, basis: Basis) =>
      new RowMeans(
        Object.fromEntries(
          patternScores.flatMap(({ name, on, row, compares }) =>
            on === basis && (block.isSelf || !compares) ? [[name, row] as const] : [],
          ),
        ) as Record<HeadScoreName, RowScore>,
      )
    this.means = new Map(
      blocks.map((block) => [block, { samples: meansOf(block, 'samples'), repeats: meansOf(block, 'repeats') }]),
    )
  }

  /** Runs a batch; its first `sequences` count. */
  async add(on: Basis, batch: Batch, sequences: number): Promise<void> {
    const read = [...this.means.keys()].filter(({ sequence }) => sequence !== null)
    if (read.length === 0) return
    const { program, executable } = this.model.program('inspect', { batch: this.size })
    const outputs = await executable.run(batchFeeds(program, batch, new Map()), [...new Set(read.map(({ probe }) => probe))])
    for (const block of read) {
      const { heads, queries, keys, probe } = block
      const isSource = block.sequence === 'source'
      this.means.get(block)![on].add({
        weights: outputs.get(probe)!,
        shape: [this.size, heads, queries, keys],
        mask: (isSource ? batch.sourceMask : batch.mask) ?? null,
        tokens: (isSource ? batch.source : batch.tokens)!,
        sequences,
      })
    }
  }

  /** The scores of one head, or why it has none. */
  of(block: ScoredBlock, head: number): Readonly<Record<string, number | HeadAbsence>> {
    return Object.fromEntries(
      patternScores.map(({ name, on, compares }): [string, number | HeadAbsence] => {
        if (block.sequence === null || (compares && !block.isSelf)) return [name, 'other-sequence']
        if (name === 'diversity' && block.heads === 1) return [name, 'one-head']
        return [name, this.means.get(block)![on].means(name)[head] ?? 'no-query']
      }),
    )
  }
}

/** The scores of the catalogue that are computed from attention weights. */
const patternScores = headScoreNames.flatMap((name) => {
  const score = headScores[name]
  return 'row' in score ? [{ name, on: score.on, row: score.row, compares: 'compares' in score }] : []
})

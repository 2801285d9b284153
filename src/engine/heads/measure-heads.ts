/** Scores every head of a model: its attention on validation samples and on repeated tokens, its weights, and what muting it costs. */
import type { Signal } from '@core/contract/cancel'
import type { HeadReport } from '@core/contract/heads'
import type { Progress } from '@core/contract/progress'
import { LabError } from '@core/errors'
import type { HeadAbsence } from '@core/heads/blocks'
import { accuracyDrop, importance } from '@core/heads/importance'
import { headScoreNames, type HeadScoreName } from '@core/heads/scores'
import { evaluationBatch, batchesWithin, quick, Tally, validationBatches, type Extent } from '../evaluation'
import type { Subject } from '../training'
import { copyingOf } from './circuits'
import { PatternScores } from './patterns'
import { repeatedBatches } from './repeats'
import { scoredBlocks, type ScoredBlock } from './scored-blocks'

export interface HeadOptions {
  /** Whether to mute each head too, by default. Without it, the other scores are the same numbers. */
  readonly muting?: boolean
  /** When aborted, the call rejects with LabError `cancelled`. */
  readonly signal?: Signal
  readonly onProgress?: (progress: Progress) => void
  /** Awaited between pieces of work, so that messages are handled. */
  readonly turn?: () => Promise<void>
}

/** Comparisons of attention weights, of pairs of heads, that a few seconds allow. */
const mostComparisons = 5e7
const mostSequences = 256

/** Changes no state. Mutes are ignored: scores are those of the whole model. */
export async function measureHeads(
  subject: Subject,
  { muting = true, signal, onProgress, turn }: HeadOptions = {},
): Promise<HeadReport> {
  const { model, task } = subject
  const { validation } = task.spec
  const blocks = scoredBlocks(model)
  const all = blocks.flatMap((block) => Array.from({ length: block.heads }, (_, head) => ({ block, head })))
  const size = evaluationBatch(model.lab, task.spec)
  const patternExtent = extentFor(blocks)
  const repeats = repeatedBatches(task.spec, size)
  const [sampled, evaluated] = [patternExtent, quick].map((extent) => batchesWithin(extent, size, task.evaluationBatches(size)))
  const of = all.length === 0 ? 0 : sampled! + repeats.length + all.length + (muting ? evaluated! * (all.length + 1) : 0)
  let done = 0
  /** A piece of work, alone with the model. */
  async function piece<T>(work: () => T | Promise<T>): Promise<T> {
    const result = await model.alone(async () => work())
    onProgress?.({ done: ++done, of })
    await turn?.()
    if (signal?.aborted) throw new LabError('cancelled')
    return result
  }
  if (all.length === 0) return { step: model.step, samples: 0, evaluated: 0, heads: [] }

  const patterns = new PatternScores(model, blocks, size)
  let samples = 0
  for (const { batch, first } of validationBatches(subject, patternExtent)) {
    const sequences = Math.min(size, validation - first)
    await piece(() => patterns.add('samples', batch, sequences))
    samples += sequences
  }
  for (const batch of repeats) await piece(() => patterns.add('repeats', batch, size))

  const copying: (number | HeadAbsence)[] = []
  for (const { block, head } of all) copying.push(await piece(() => copyingOf(subject, block.node, head)))

  const whole = new Tally(subject, new Map(), 'teacher-forced')
  const muted = all.map(({ block, head }) => new Tally(subject, gatesWithout(block, head), 'teacher-forced'))
  let counted = 0
  for (const { batch, first } of muting ? validationBatches(subject, quick) : []) {
    for (const tally of [whole, ...muted]) await piece(() => tally.add(batch))
    counted += Math.min(size, validation - first)
  }
  const heads = all.map(({ block, head }, index) => {
    const [before, after] = muting ? [whole.scores, muted[index]!.scores] : []
    const scores: Record<string, number | HeadAbsence> = {
      ...patterns.of(block, head),
      copying: copying[index]!,
      importance: before && after ? importance(before, after) : 'left-out',
      accuracyDrop: before && after ? (accuracyDrop(before, after) ?? 'no-accuracy') : 'left-out',
    }
    if (repeats.length === 0) {
      const absence = task.spec.signature.features > 0 ? 'reads-numbers' : 'too-short'
      for (const name of ['induction', 'duplicate']) if (scores[name] === 'no-query') scores[name] = absence
    }
    return { block: block.node.id, head, scores: inOrder(scores) }
  })
  return { step: model.step, samples, evaluated: counted, heads }
}

const gatesWithout = ({ gate, heads }: ScoredBlock, muted: number) =>
  new Map([[gate, Float32Array.from({ length: heads }, (_, head) => Number(head !== muted))]])

const inOrder = (scores: Readonly<Record<string, number | HeadAbsence>>) =>
  Object.fromEntries(headScoreNames.map((name) => [name, scores[name]!])) as Record<HeadScoreName, number | HeadAbsence>

/** As many sequences as the comparisons of all pairs of heads allow. */
function extentFor(blocks: readonly ScoredBlock[]): Extent {
  const each = blocks.reduce((sum, { heads, queries, keys }) => sum + heads * heads * queries * keys, 1)
  return { batches: 1, sequences: Math.max(1, Math.min(mostSequences, Math.floor(mostComparisons / each))) }
}

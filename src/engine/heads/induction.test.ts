/** What is known of induction heads shows in the scores of the lab `induction`, whatever the seed (Olsson et al. 2022). */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ScoredHead } from '@core/contract/heads'
import type { HeadScoreName } from '@core/heads/scores'
import type { LabDocument } from '@core/lab/document'
import { parseLab } from '@core/lab/read'
import { expect, test } from 'vitest'
import { createExecutor } from '../../main/engine/choose'
import { repeats } from '../../main/testing/repeats'
import { createTraining } from '../training'
import { trainStep } from '../training-step'
import { measureHeads } from './measure-heads'

const lab = parseLab(readFileSync(join(import.meta.dirname, '../../../resources/labs/induction.json'), 'utf8'))
const seeds = [1, 2, 3]
/** Enough to reach the goal of the lab; its last step with `test:long`. */
const steps = repeats(500, lab.training.steps)

/** The lab with four heads in the second layer of attention. */
const fourHeads: LabDocument = {
  ...lab,
  graph: {
    ...lab.graph,
    nodes: lab.graph.nodes.map((node) =>
      node.id === 'attention-2' ? { ...node, params: { ...node.params, heads: 4 } } : node,
    ),
  },
}

async function scored(document: LabDocument, seed: number): Promise<readonly ScoredHead[]> {
  const executor = await createExecutor('auto', () => undefined)
  const training = createTraining(executor, { ...document, training: { ...document.training, seed } }, null)
  try {
    for (let step = 1; step <= steps; step++) await trainStep(training)
    return (await measureHeads(training)).heads
  } finally {
    training.model.dispose()
  }
}
const valueOf = ({ scores }: ScoredHead, name: HeadScoreName): number => {
  const value = scores[name]
  if (typeof value !== 'number') throw new Error(`${name}: ${value}`)
  return value
}
const highest = (heads: readonly ScoredHead[], name: HeadScoreName): ScoredHead =>
  heads.toSorted((a, b) => valueOf(b, name) - valueOf(a, name))[0]!

test.each(seeds)(
  'seed %i: the score names the head of the second layer, and muting it costs more accuracy than muting any other',
  { timeout: 120_000 },
  async (seed) => {
    const heads = await scored(lab, seed)
    const named = heads.filter((head) => valueOf(head, 'induction') > 0.5)
    expect(named.map(({ block, head }) => [block, head])).toEqual([['attention-2', 0]])
    expect(highest(heads, 'accuracyDrop')).toBe(named[0])
    expect(highest(heads, 'importance')).toBe(named[0])
    expect(valueOf(named[0]!, 'copying')).toBeGreaterThan(0.5)
  },
)

test.each(seeds)(
  'seed %i, four heads in the second layer: they share induction; of them, muting the one with the highest score raises the loss most',
  { timeout: 120_000 },
  async (seed) => {
    const heads = await scored(fourHeads, seed)
    const named = highest(heads, 'induction')
    expect(named.block).toBe('attention-2')
    expect(valueOf(named, 'induction')).toBeGreaterThan(0.8)
    const layer = heads.filter(({ block }) => block === 'attention-2')
    expect(highest(layer, 'importance')).toBe(named)
    // They all need the head of the first layer that finds the previous token; there is one, so that muting it costs more than any of them.
    const previous = highest(heads, 'previous')
    expect(previous.block).toBe('attention-1')
    expect(highest(heads, 'accuracyDrop')).toBe(previous)
  },
)

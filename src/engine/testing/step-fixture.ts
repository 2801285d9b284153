/** The two models of look/fixtures/step.json as trainings, with PyTorch's weights, and the comparison with its numbers. */
import { parseLab } from '@core/lab/read'
import type { Batch, TaskInstance } from '@core/tasks/types'
import { specOf } from '@core/tasks/types'
import type { Executor } from '../executor'
import fixture from '../look/fixtures/step.json'
import { openModel } from '../model'
import { openTraining, type Training } from '../training'

export const { cases } = fixture
export type Case = (typeof fixture.cases)[number]

function batchOf({ tokens, targets, mask }: { tokens: number[]; targets: number[]; mask?: number[] }): Batch {
  return {
    tokens: Int32Array.from(tokens),
    targets: Int32Array.from(targets),
    ...(mask && { mask: Float32Array.from(mask) }),
  }
}

/** The case's model with PyTorch's weights and its two batches. */
export function trainingOf(executor: Executor, { lab, signature, weights, seen, trained }: Case): Training {
  const { length, padded, causal, vocabulary, classes } = signature
  const signs = (count: number): string[] => Array.from({ length: count }, (_, id) => String.fromCodePoint(0x61 + id))
  const tokeniser = { kind: 'characters', vocabulary: signs(vocabulary), unknown: null, signs: 0 } as const
  const spec = specOf({ length, padded, causal, tokeniser, classes: signs(classes) })
  const task: TaskInstance = {
    spec: { ...spec, validation: lab.training.batchSize },
    trainBatch: () => batchOf(trained),
    evaluationBatches: (size) => Math.ceil(lab.training.batchSize / size),
    evaluationBatch(index, size) {
      const rows = <T extends Int32Array | Float32Array>(data: T): T =>
        data.slice(index * size * length, (index + 1) * size * length) as T
      const { tokens, targets, mask } = batchOf(seen)
      return { tokens: rows(tokens), targets: rows(targets), ...(mask && { mask: rows(mask) }) }
    },
    withHidden: () => task,
  }
  const states = new Map(
    Object.entries(weights).map(([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }]),
  )
  return openTraining(openModel(executor, { lab: parseLab(JSON.stringify(lab)), spec, states }), task)
}

/** Largest difference relative to the largest value; for masked scores, over the unmasked ones. */
export function difference(own: ArrayLike<number>, reference: readonly number[]): number {
  const finite = reference.map((number) => (Math.abs(number) < 1e8 ? number : 0))
  const scale = Math.max(1e-6, ...finite.map(Math.abs))
  return Math.max(...reference.map((number, i) => Math.abs(own[i]! - number) / Math.max(scale, Math.abs(number))))
}

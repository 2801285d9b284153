/** Every named operation, gradient and next update of two models, compared with PyTorch: see fixtures/step.py. */
import { engines } from '@core/contract/engine'
import { lookRequest } from '@core/contract/look'
import { parseLab } from '@core/lab/read'
import type { Batch, TaskInstance } from '@core/tasks/types'
import { specOf } from '@core/tasks/types'
import { beforeAll, describe, expect, test } from 'vitest'
import { createExecutor } from '../../main/engine/choose'
import type { Executor } from '../executor'
import { openModel } from '../model'
import { openTraining, type Training } from '../training'
import fixture from './fixtures/step.json'
import { look } from './look'

type Case = (typeof fixture.cases)[number]
type Numbers = Readonly<Record<string, readonly number[] | undefined>>

function batchOf({ tokens, targets, mask }: { tokens: number[]; targets: number[]; mask?: number[] }): Batch {
  return {
    tokens: Int32Array.from(tokens),
    targets: Int32Array.from(targets),
    ...(mask && { mask: Float32Array.from(mask) }),
  }
}

/** The case's model with PyTorch's weights and its two batches. */
function trainingOf(executor: Executor, { lab, signature, weights, seen, trained }: Case): Training {
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
function difference(own: ArrayLike<number>, reference: readonly number[]): number {
  const finite = reference.map((number) => (Math.abs(number) < 1e8 ? number : 0))
  const scale = Math.max(1e-6, ...finite.map(Math.abs))
  return Math.max(...reference.map((number, i) => Math.abs(own[i]! - number) / Math.max(scale, Math.abs(number))))
}

describe.each(engines)('%s', (engine) => {
  let executor: Executor
  beforeAll(async () => {
    executor = await createExecutor(engine, () => undefined)
  })

  describe.each(fixture.cases.map((each) => [each.lab.title, each] as const))('%s', (_, each) => {
    async function told(names: readonly string[]) {
      const training = trainingOf(executor, each)
      try {
        return await look(training, lookRequest.parse({ inputs: [{ sample: 0 }], values: names.map((name) => ({ name })) }))
      } finally {
        training.model.dispose()
      }
    }

    test('every operation has the same tensor as in PyTorch', async () => {
      const { operations } = each as { operations: Record<string, { shape: number[]; data: number[] } | undefined> }
      const { values, missing } = await told(Object.keys(operations))
      expect(missing).toEqual([])
      for (const [name, expected] of Object.entries(operations)) {
        const { data } = values[name]!
        expect([name, data.length]).toEqual([name, expected!.data.length])
        expect([name, difference(data, expected!.data)]).toEqual([name, expect.closeTo(0, 4)])
      }
    })

    test('every weight has the same gradient and update as in PyTorch', async () => {
      const reference: readonly (readonly [string, Numbers])[] = [
        ['gradient', each.gradients],
        ['update', each.updates],
      ]
      for (const [of, numbers] of reference) {
        const names = Object.keys(numbers).map((name) => `${of}/${name}`)
        const { values, missing } = await told(names)
        expect(missing).toEqual([])
        for (const [name, expected] of Object.entries(numbers)) {
          // The key bias shifts all scores of a query alike: its gradient is rounding noise around 0, which Adam scales up.
          if (name.endsWith('/key-bias')) continue
          const { data } = values[`${of}/${name}`]!
          expect([of, name, difference(data, expected!)]).toEqual([of, name, expect.closeTo(0, of === 'update' ? 3 : 4)])
        }
      }
    })
  })
})

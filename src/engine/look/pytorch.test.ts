/** Every named operation, gradient and next update of two models, their logit lens and their flow of gradients, compared with PyTorch: see
 * fixtures/step.py and fixtures/lens.py. */
import { engines } from '@core/contract/engine'
import { lookRequest } from '@core/contract/look'
import { beforeAll, describe, expect, test } from 'vitest'
import { createExecutor } from '../../main/engine/choose'
import type { Executor } from '../executor'
import { cases, difference, trainingOf } from '../testing/step-fixture'
import fixture from './fixtures/lens.json'
import { lens } from './lens'
import { look } from './look'

type Numbers = Readonly<Record<string, readonly number[] | undefined>>

describe.each(engines)('%s', (engine) => {
  let executor: Executor
  beforeAll(async () => {
    executor = await createExecutor(engine, () => undefined)
  })

  describe.each(cases.map((each, index) => [each.lab.title, each, fixture.cases[index]!] as const))('%s', (_, each, flow) => {
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

    test('every layer gives the same distribution at every position as in PyTorch', async () => {
      const training = trainingOf(executor, each)
      const { classes } = each.signature
      try {
        const found = await lens(training, { sample: 0 }, {})
        expect(found.layers.map(({ block }) => block)).toEqual(Object.keys(flow.lens))
        for (const { block, ...layer } of found.layers) {
          const expected = (flow.lens as Record<string, readonly number[] | undefined>)[block]!
          expect(expected).toHaveLength(found.positions * classes)
          for (let position = 0; position < found.positions; position++) {
            const row = expected.slice(position * classes, (position + 1) * classes)
            const best = row.map((_, id) => id).sort((a, b) => row[b]! - row[a]!)
            const listed = (data: Int32Array | Float32Array) => [
              ...data.subarray(position * found.top, (position + 1) * found.top),
            ]
            expect([block, position, listed(layer.classes)]).toEqual([block, position, best])
            expect(
              difference(
                listed(layer.logProbabilities),
                best.map((id) => row[id]!),
              ),
            ).toBeLessThan(1e-4)
            const entropy = row.reduce((sum, value) => sum - Math.exp(value) * value, 0)
            expect(layer.entropies[position]).toBeCloseTo(entropy, 4)
          }
        }
      } finally {
        training.model.dispose()
      }
    })

    test('every block and output has the same norm of its gradient as in PyTorch', async () => {
      const names = Object.keys(flow.norms).map((name) => `gradientNorm/${name}`)
      const { values, missing } = await told(names)
      expect(missing).toEqual([])
      for (const [name, expected] of Object.entries(flow.norms)) {
        const { shape, data } = values[`gradientNorm/${name}`]!
        expect([name, shape, difference(data, [expected])]).toEqual([name, [], expect.closeTo(0, 4)])
      }
    })
  })
})

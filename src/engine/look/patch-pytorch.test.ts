/** Activation patching of blocks and heads, with and without a muted head, compared with PyTorch: see fixtures/patch.py. */
import { engines } from '@core/contract/engine'
import { patchRequest } from '@core/contract/patch'
import { parseLab } from '@core/lab/read'
import type { Aim } from '@core/signature'
import { specOf } from '@core/tasks/types'
import { beforeAll, describe, expect, test } from 'vitest'
import { createExecutor } from '../../main/engine/choose'
import type { Executor } from '../executor'
import { openModel, type Model } from '../model'
import fixture from './fixtures/patch.json'
import { patch } from './patch'

type Case = (typeof fixture.cases)[number]

function modelOf(executor: Executor, { lab, signature, weights }: Case): Model {
  const { length, causal, vocabulary, classes, aim } = signature
  const signs = (count: number): string[] => Array.from({ length: count }, (_, id) => String.fromCodePoint(0x61 + id))
  const tokeniser = { kind: 'characters', vocabulary: signs(vocabulary), unknown: null, signs: 0 } as const
  const spec = specOf({ length, padded: false, causal, aim: aim as Aim, tokeniser, classes: signs(classes) })
  const states = new Map(
    Object.entries(weights).map(([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }]),
  )
  return openModel(executor, { lab: parseLab(JSON.stringify(lab)), spec, states })
}

const largest = (own: ArrayLike<number>, reference: readonly number[]): number =>
  Math.max(...reference.map((number, i) => Math.abs(own[i]! - number)))

describe.each(engines)('%s', (engine) => {
  let executor: Executor
  beforeAll(async () => {
    executor = await createExecutor(engine, () => undefined)
  })

  describe.each(fixture.cases.map((each) => [each.lab.title, each] as const))('%s', (_, each) => {
    test.each(each.patched.map((expected) => [expected.muted === null ? 'nothing muted' : 'a head muted', expected] as const))(
      'with %s, every place has the same effect as in PyTorch',
      async (_name, expected) => {
        const model = modelOf(executor, each)
        const { muted } = expected
        const mutes = muted === null ? {} : { 'attention-1/heads': [0, 1].map((head) => Number(head !== muted)) }
        const [a, b] = [each.tokens.a, each.tokens.b].map((tokens) => ({ tokens }))
        const report = await patch({ model, task: null }, patchRequest.parse({ a, b, mutes }))
        model.dispose()

        expect([report.position, report.answer]).toEqual([expected.position, expected.answer])
        const { distributions } = report
        for (const [index, probabilities] of [expected.a, expected.b].entries()) {
          const top = distributions.classes.subarray(index * distributions.top, (index + 1) * distributions.top)
          const sorted = [...probabilities.keys()].toSorted((x, y) => probabilities[y]! - probabilities[x]!)
          expect([...top]).toEqual(sorted.slice(0, distributions.top))
          const sent = distributions.probabilities.subarray(index * distributions.top, (index + 1) * distributions.top)
          expect(
            largest(
              sent,
              sorted.slice(0, distributions.top).map((id) => probabilities[id]!),
            ),
          ).toBeLessThan(1e-5)
          expect(distributions.entropy[index]).toBeCloseTo(expected.entropy[index]!, 4)
          expect(distributions.answer[index]).toBeCloseTo(Math.log(probabilities[report.answer]!), 4)
        }
        expect(report.rows.map(({ block, part, head }) => ({ block, part, head }))).toEqual(
          expected.rows.map(({ block, part, head }) => ({ block, part, head })),
        )
        const sizes = expected.rows.flatMap(({ effects }) => effects.map(Math.abs))
        expect(Math.max(...sizes)).toBeGreaterThan(0.5) // the comparison is one of numbers, not of zeros
        for (const [index, row] of report.rows.entries()) {
          const { effects, entropy } = expected.rows[index]!
          expect(row.effects).toHaveLength(effects.length)
          expect([row.block, row.head, largest(row.effects, effects)]).toEqual([row.block, row.head, expect.closeTo(0, 4)])
          const own = distributions.entropy.subarray(row.first, row.first + effects.length)
          expect(largest(own, entropy)).toBeLessThan(1e-4)
        }
      },
    )
  })
})

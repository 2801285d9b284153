/** Every block with every choice of its settings: one training step on every engine, compared with the float64 definitions. */
import { cases, feedsOf, modelWith, signatureFor, weightsOf } from '@core/blocks/testing'
import { testedEngines } from './testing/tested-engines'
import { compile } from '@core/graph/compile'
import { interpret } from '@core/program/reference'
import { beforeAll, describe, expect, test } from 'vitest'
import { createExecutor } from '../main/engine/choose'
import type { Executor } from './executor'

/** float32 has seven digits; the forward and backward pass through a model loses two. */
const tolerance = 1e-5

describe.each(testedEngines)('%s', (engine) => {
  let executor: Executor
  beforeAll(async () => {
    executor = await createExecutor(engine, () => undefined)
  })

  test.each(cases)('%s %j: a training step', async (kind, settings) => {
    const program = compile(modelWith(kind, settings), signatureFor(kind, true), { mode: 'train' })
    const feeds = feedsOf(program)
    const before = weightsOf(program.states)
    const expected = interpret(program, feeds, before)

    const store = executor.createStore()
    const executable = executor.compile(program, store)
    store.write(new Map(Object.entries(before)))
    const actual = await executable.run(feeds, ['loss', 'gradientNorm'], true)
    executable.commit()
    for (const [name, values] of store.read()) actual.set(`update/${name}`, values)
    executable.dispose()
    store.dispose()

    expect(actual.size).toBe(2 + program.states.length)
    for (const [name, ours] of actual) {
      const values = expected.get(name) ?? Float64Array.from(before[name.replace('update/', '')]!) // frozen beside adapters
      expect(ours, name).toHaveLength(values.length)
      const size = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
      values.forEach((value, i) => expect(Math.abs(ours[i]! - value), `${name}[${i}]`).toBeLessThan(tolerance * size))
    }
  })
})

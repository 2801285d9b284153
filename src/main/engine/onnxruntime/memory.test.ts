/** The memory of the ONNX Runtime engine: what is disposed is given back, and what is not to be had is a sentence. */
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { costOf } from '@core/program/cost'
import { ProgramBuilder } from '@core/program/builder'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Executor } from '@engine/executor'
import { createTraining, type Training } from '@engine/training'
import { evaluation, weight } from '@engine/testing/programs'
import { dropoutLab } from '@engine/testing/trainers'
import { trainStep } from '@engine/training-step'
import { orOutOfMemory } from './errors'
import { createOnnxExecutor } from './executor'

let executor: Executor
beforeAll(async () => {
  executor = await createOnnxExecutor()
})

describe('what is disposed is given back', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void

  /** Megabytes of this process in memory, when all that can be collected is. */
  async function resident(): Promise<number> {
    for (let i = 0; i < 3; i++) {
      await sleep(5) // sessions are released by threads of their own
      collect()
    }
    return process.memoryUsage.rss() / 2 ** 20
  }
  async function trained(): Promise<Training> {
    const training = createTraining(executor, dropoutLab({ batchSize: 64, learningRate: 1e-3 }), null)
    for (let step = 1; step <= 3; step++) await trainStep(training)
    return training
  }

  test('60 models one after another need no more than the first 30', { timeout: 120_000 }, async () => {
    for (let i = 0; i < 30; i++) (await trained()).model.dispose() // the allocator's own caches fill up
    const before = await resident()
    for (let i = 0; i < 60; i++) (await trained()).model.dispose()
    expect((await resident()) - before).toBeLessThan(12)

    // Were they kept, it would show.
    const kept: Training[] = []
    for (let i = 0; i < 20; i++) kept.push(await trained())
    expect((await resident()) - before).toBeGreaterThan(20)
    kept.forEach(({ model }) => model.dispose())
  })
})

describe('what is not to be had is a sentence', () => {
  test('when a state is larger than any array', () => {
    const b = new ProgramBuilder()
    b.output('y', b.sum(weight(b, 'layer/w', [2 ** 40]), 0))
    const compiling = () => executor.compile(b.build(), executor.createStore())
    const megabytes = Math.ceil(2 ** 42 / 1e6)
    expect(compiling).toThrow(expect.objectContaining({ code: 'run.out-of-memory', params: { megabytes } }))
  })

  const program = evaluation()
  const needed = () => costOf(program).bytes
  const whole = Math.ceil(needed() / 1e6)
  test.each([
    [new Error('bfc_arena.cc:360 Failed to allocate memory for requested buffer of size 4398046511104'), 4_398_047],
    [new Error('BFC Arena ran out of memory trying to allocate 3000000'), 3],
    [new Error('Memory allocation failed. Size=2500000'), 3],
    [new Error('Exception during initialization: std::bad_alloc'), whole],
    [new RangeError('Array buffer allocation failed'), whole],
    [new RangeError('Invalid typed array length: 1000000'), 4],
  ])('%s', (error, megabytes) => {
    expect(orOutOfMemory(error, needed)).toMatchObject({ code: 'run.out-of-memory', params: { megabytes } })
  })

  test.each([new RangeError('index 6 is not in [0, 6)'), new Error('Invalid rank for input'), 'bad_alloc'])(
    'and what is about something else stays as it is: %s',
    (error) => expect(orOutOfMemory(error, needed)).toBe(error),
  )
})

/** Threads for the shards of a batch: the bytes of a run depend on the number of shards, and not on that of threads. Needs `npm run build`. */
import { join } from 'node:path'
import { engines, type EngineName } from '@core/contract/engine'
import { describe, expect, test } from 'vitest'
import type { Executor, ShardOutputs } from '@engine/executor'
import { createTraining, hashStates } from '@engine/training'
import { trainStep } from '@engine/training-step'
import { dropoutLab } from '@engine/testing/trainers'
import { createExecutor } from './choose'
import { withShardThreads } from './shard-threads'
import { nodeSurroundings } from './surroundings'

const script = join(import.meta.dirname, '../../../out/main/shard.js')

/** What threads answered: null where they failed. */
type Answers = (readonly ShardOutputs[] | null)[]

async function threaded(engine: EngineName, cores: number, { answers = [] as Answers, path = script } = {}): Promise<Executor> {
  const executor = withShardThreads(await createExecutor(engine, () => undefined), path, cores)
  return {
    ...executor,
    startThreads: (programs, most) => {
      const threads = executor.startThreads!(programs, most)
      return {
        count: threads.count,
        start: threads.start.bind(threads),
        dispose: threads.dispose.bind(threads),
        async finish(thread) {
          const answer = await threads.finish(thread)
          answers.push(answer)
          return answer
        },
      }
    },
  }
}

async function trained(executor: Executor, shards: number): Promise<string> {
  const training = createTraining(executor, dropoutLab({ batchSize: 10, shards }), null)
  for (let step = 1; step <= 5; step++) await trainStep(training)
  const hash = hashStates(training, nodeSurroundings)
  training.model.dispose()
  return hash
}

describe.each(engines)('%s', (engine) => {
  test.each([1, 2, 3, 4])('%i shards give the same bytes on any number of cores', async (shards) => {
    const hashes = new Set<string>()
    for (const cores of engine === 'tfjs' ? [1, 2] : [1, 2, 3]) {
      const answers: Answers = []
      hashes.add(await trained(await threaded(engine, cores, { answers }), shards))
      expect(answers).toHaveLength(5 * (Math.min(cores, shards) - 1))
      expect(answers).not.toContain(null)
    }
    expect(hashes.size).toBe(1)
  })
})

test('a thread that cannot start is done without', async () => {
  const expected = await trained(await threaded('onnxruntime', 1), 3)
  const answers: Answers = []
  const path = join(import.meta.dirname, 'nowhere.js')
  expect(await trained(await threaded('onnxruntime', 3, { answers, path }), 3)).toBe(expected)
  expect(answers).toEqual([])
})

test('shards of a thread that fails are computed by the run, with the same bytes', async () => {
  const expected = await trained(await threaded('onnxruntime', 1), 3)
  const executor = await threaded('onnxruntime', 2)
  const failing: Executor = {
    ...executor,
    startThreads: (programs, most) => ({ ...executor.startThreads!(programs, most), finish: () => Promise.resolve(null) }),
  }
  expect(await trained(failing, 3)).toBe(expected)
})

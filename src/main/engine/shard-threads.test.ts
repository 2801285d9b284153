/** Threads for the shards of a batch: the bytes of a run depend on the number of shards, and not on that of threads. */
import { join } from 'node:path'
import { engines } from '@core/contract/engine'
import { describe, expect, test } from 'vitest'
import { createTraining, hashStates } from '@engine/training'
import { trainStep } from '@engine/training-step'
import { dropoutLab } from '@engine/testing/trainers'
import { createExecutor } from './choose'
import { withShardThreads } from './shard-threads'
import { nodeSurroundings } from './surroundings'

const script = join(import.meta.dirname, '../../../out/main/shard.js')

describe.each(engines)('%s', (engine) => {
  async function trained(shards: number, cores: number, steps = 6): Promise<string> {
    const executor = withShardThreads(await createExecutor(engine, () => undefined), script, cores)
    const training = createTraining(executor, dropoutLab({ batchSize: 10, shards }), null)
    for (let step = 1; step <= steps; step++) await trainStep(training)
    expect(training.shards?.threadCount ?? 1).toBe(Math.min(shards, cores))
    const hash = hashStates(training, nodeSurroundings)
    training.model.dispose()
    return hash
  }

  test.each([1, 2, 3, 4])('%i shards give the same bytes on one, two and three cores', async (shards) => {
    const hashes = [await trained(shards, 1), await trained(shards, 2), await trained(shards, 3)]
    expect(new Set(hashes).size).toBe(1)
  })
})

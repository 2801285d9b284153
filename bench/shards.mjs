/**
 * Training steps with the batch divided into shards, beside the whole batch with threads inside operations. All numbers of shards train the same
 * model in turns, in one process: milliseconds per step, as median, first percentile and minimum. Needs a build (`npm run build`).
 *
 *     node bench/shards.mjs [--models tiny,small,nano] [--shards 1,2] [--engine onnxruntime] [--rounds 8] [--cores N]
 */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createServer } from 'vite'
import { root } from '../scripts/process.mjs'

const { values } = parseArgs({
  options: {
    models: { type: 'string', default: 'tiny,small,nano' },
    shards: { type: 'string', default: '1,2' },
    engine: { type: 'string', default: 'onnxruntime' },
    rounds: { type: 'string', default: '20' },
    cores: { type: 'string', default: String(availableParallelism()) },
  },
})
const server = await createServer({
  root,
  configFile: false,
  logLevel: 'error',
  server: { middlewareMode: true, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
  resolve: { alias: { '@core': join(root, 'src/core'), '@engine': join(root, 'src/engine') } },
})
const load = (path) => server.ssrLoadModule(`/src/${path}`)
const { standardLab, standardModels, standardText } = await load('core/models/standard-models.ts')
const { createExecutor } = await load('main/engine/choose.ts')
const { withShardThreads } = await load('main/engine/shard-threads.ts')
const { createTraining } = await load('engine/training.ts')
const { trainStep } = await load('engine/training-step.ts')

const executor = withShardThreads(
  await createExecutor(values.engine, () => undefined),
  join(root, 'out/main/shard.js'),
  Number(values.cores),
)
/** Milliseconds of one turn. */
const turn = 200

for (const name of values.models.split(',')) {
  const model = standardModels[name]
  const contenders = values.shards.split(',').map((shards) => {
    const lab = standardLab(name, model)
    const training = { ...lab.training, shards: Number(shards) }
    return { shards, training: createTraining(executor, { ...lab, training }, standardText(model)), times: [] }
  })
  for (const { training } of contenders) {
    const began = performance.now()
    while (performance.now() - began < 2000 || (training.shards ?? training.train.executable).threads === null)
      await trainStep(training)
  }
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const { training, times } of contenders) {
      const began = performance.now()
      for (let before = began; before - began < turn;) {
        await trainStep(training)
        const now = performance.now()
        times.push(now - before)
        before = now
      }
    }
  }
  for (const { shards, training, times } of contenders) {
    const sorted = times.toSorted((a, b) => a - b)
    const at = (share) => Number(sorted[Math.floor(share * sorted.length)].toFixed(3))
    const threads = (training.shards ?? training.train.executable).threads
    console.log(
      JSON.stringify({
        model: name,
        shards: Number(shards),
        threads,
        median: at(0.5),
        hundredth: at(0.01),
        minimum: at(0),
        steps: times.length,
      }),
    )
    training.model.dispose()
  }
}
await server.close()
process.exit(0)

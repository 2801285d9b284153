/**
 * How the time of a training step grows with its FLOPs, from tiny to medium, on one thread and on two: ONNX Runtime, the sizes in turns. Prints a JSON
 * line for each model and number of threads: milliseconds of a step, median and fastest; picoseconds per FLOP, of the fastest; processor time of a step.
 *
 *     node bench/growth.mjs [--models tiny,small,nano,medium] [--rounds 7]
 */
import { syncBuiltinESMExports } from 'node:module'
import os from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createServer } from 'vite'
import { root } from '../scripts/process.mjs'

const { values } = parseArgs({
  options: { models: { type: 'string', default: 'tiny,small,nano,medium' }, rounds: { type: 'string', default: '7' } },
})
/** Milliseconds of a turn, and the fewest steps of one. */
const turn = 500
const fewest = 3

/** Our modules, loaded where the machine seems to have so many cores. */
async function loadWith(threads) {
  os.availableParallelism = () => threads
  syncBuiltinESMExports()
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
  const { costOf } = await load('core/program/cost.ts')
  const { createTraining } = await load('engine/training.ts')
  const { trainStep } = await load('engine/training-step.ts')
  const executor = await (await load('main/engine/choose.ts')).createExecutor('onnxruntime', () => undefined)
  return {
    start(name) {
      const model = standardModels[name]
      const training = createTraining(executor, standardLab(name, model), standardText(model))
      return {
        flops: costOf(training.train.program).flops.total,
        threads: () => training.train.executable.threads,
        async step() {
          const [began, processor] = [performance.now(), process.cpuUsage()]
          await trainStep(training)
          const { user, system } = process.cpuUsage(processor)
          return [performance.now() - began, (user + system) / 1000]
        },
        end: () => training.model.dispose(),
      }
    },
    close: () => server.close(),
  }
}

const counts = [1, 2]
const loaded = []
for (const threads of counts) loaded.push(await loadWith(threads))
const round = (number) => Number(number.toPrecision(3))
const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]
for (const name of values.models.split(',')) {
  const trainings = loaded.map(({ start }) => ({ ...start(name), all: [] }))
  for (const { step, threads } of trainings) for (let index = 0; index < 10 || threads() === null; index++) await step()
  for (let index = 0; index < Number(values.rounds); index++) {
    for (const { step, all } of trainings) {
      const began = performance.now()
      for (let steps = 0; steps < fewest || performance.now() - began < turn; steps++) all.push(await step())
    }
  }
  for (const { flops, threads, all, end } of trainings) {
    const times = all.map(([time]) => time)
    const fastest = Math.min(...times)
    console.log(
      JSON.stringify({
        ...{ model: name, threads: threads(), megaflops: round(flops / 1e6), steps: all.length },
        ...{ median: round(median(times)), fastest: round(fastest), picosecondsPerFlop: round((1e9 * fastest) / flops) },
        processor: round(median(all.map(([, processor]) => processor))),
      }),
    )
    end()
  }
}
await Promise.all(loaded.map(({ close }) => close()))
process.exit()

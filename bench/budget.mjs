/**
 * Accuracy of the estimated budget: step time and peak memory from a trial, compared with another process that trains four times as long,
 * for the built-in labs and the standard models. Run on an idle machine.
 *
 *     node bench/budget.mjs [ENGINE] (auto)
 */
import { join } from 'node:path'
import { createServer } from 'vite'
import { ensureBuilt } from '../scripts/prepare.mjs'

const root = join(import.meta.dirname, '..')
const [engine = 'auto'] = process.argv.slice(2)
await ensureBuilt()
const server = await createServer({
  root,
  configFile: false,
  logLevel: 'error',
  server: { middlewareMode: true, ws: false },
  resolve: { alias: { '@core': join(root, 'src/core'), '@engine': join(root, 'src/engine') } },
})
const load = (path) => server.ssrLoadModule(`/src/${path}`)
const { createTrials } = await load('main/service/trials.ts')
const { forkWorkers } = await load('main/service/spawn-fork.ts')
const { createLabs } = await load('main/service/labs.ts')
const { standardLab, standardModels, standardText } = await load('core/models/standard-models.ts')
const { connect } = await load('core/contract/rpc.ts')
const { workerMethods, workerEvents } = await load('core/contract/worker.ts')
const { newAbort } = await load('core/contract/cancel.ts')
const { analyse } = await load('core/graph/analyse.ts')
const { createTask } = await load('core/tasks/index.ts')

const spawn = forkWorkers(join(root, 'out/main/worker.js'))
const trials = createTrials(spawn, () => false)
const labs = createLabs(join(root, 'resources/labs'))
const cases = (await labs.list()).map(async ({ id }) => ({ name: id, lab: await labs.read(id), data: null }))
for (const [name, model] of Object.entries(standardModels)) {
  cases.push(Promise.resolve({ name, lab: standardLab(name, model), data: standardText(model) }))
}
try {
  console.log(`${'model'.padEnd(20)}    told   measured      off      told   measured      off   trial`)
  for (const { name, lab, data } of await Promise.all(cases)) {
    const began = performance.now()
    const { bytes } = analyse(lab, createTask(lab.task, data).spec.signature)
    const request = { lab, engine, bytes, dataId: name, readData: () => Promise.resolve(data) }
    const trial = await trials.of(request, newAbort().signal)
    const seconds = ((performance.now() - began) / 1000).toFixed(1)
    const { milliseconds, peakBytes } = await measure(lab, data, trial.stepMilliseconds)
    console.log(
      name.padEnd(20) +
        compare(trial.stepMilliseconds, milliseconds, 'ms ') +
        compare(trial.peakBytes / 2 ** 20, peakBytes / 2 ** 20, 'MiB') +
        `${seconds.padStart(6)} s`,
    )
  }
} finally {
  await server.close()
}
process.exit()

/** Mean step time and peak memory of a process that trains the lab for about four seconds and evaluates. */
async function measure(lab, data, estimate) {
  const child = spawn()
  const { call } = connect(child.port, workerMethods, workerEvents)
  await call.measure({ lab, engine, data, steps: 3, evaluate: true })
  while ((await call.measure({ lab, engine, data, steps: 5 })).threads === null);
  const steps = Math.max(5, Math.min(4000, Math.round(4000 / estimate)))
  const { milliseconds, peakBytes } = await call.measure({ lab, engine, data, steps })
  child.kill()
  return { milliseconds: milliseconds.reduce((sum, each) => sum + each, 0) / steps, peakBytes }
}

function compare(predicted, measured, unit) {
  const off = `${predicted > measured ? '+' : ''}${Math.round((100 * predicted) / measured - 100)} %`
  return `${predicted.toPrecision(3).padStart(8)}  ${measured.toPrecision(3).padStart(8)} ${unit} ${off.padStart(6)}`
}

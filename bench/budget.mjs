/**
 * How near the budget comes: time of a step and peak memory, predicted and then measured, for the built-in labs and the standard
 * models. Wants an idle machine; it calibrates afresh.
 *
 *     node bench/budget.mjs [ENGINE]      (auto)
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
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
  resolve: { alias: { '@core': join(root, 'src/core') } },
})
const load = (path) => server.ssrLoadModule(`/src/${path}`)
const { budgetOf } = await load('main/engine/budget.ts')
const { createCalibrations } = await load('main/service/calibrations.ts')
const { forkRuns } = await load('main/service/spawn-fork.ts')
const { createLabs } = await load('main/service/labs.ts')
const { createTask } = await load('core/tasks/index.ts')
const { standardLab, standardModels, standardText } = await load('core/lab/standard-models.ts')
const { connect } = await load('core/contract/rpc.ts')
const { runMethods, runEvents } = await load('core/contract/run.ts')

const workspace = mkdtempSync(join(tmpdir(), 'attention-lab-budget-'))
const spawn = forkRuns(join(root, 'out/main/run.js'))
try {
  const began = performance.now()
  const calibration = await createCalibrations(workspace, spawn).of(engine, false)
  console.log(`${calibration.engine}, calibrated in ${((performance.now() - began) / 1000).toFixed(1)} s`)
  console.log(`references: ${calibration.references.map(({ summed, measured }) => (measured / summed).toFixed(2)).join(', ')}`)
  console.log('model         predicted  measured   off        predicted    measured   off')

  const labs = createLabs(join(root, 'resources/labs'))
  const cases = (await labs.list()).map(async ({ id }) => ({ name: id, lab: await labs.read(id), data: null }))
  for (const [name, model] of Object.entries(standardModels)) {
    cases.push(Promise.resolve({ name, lab: standardLab(name, model), data: standardText(model) }))
  }
  for (const { name, lab, data } of await Promise.all(cases)) {
    const budget = budgetOf(lab, createTask(lab.task, data).spec, calibration)
    const predicted = 1000 / budget.stepsPerSecond
    const { milliseconds, peakBytes } = await measure(lab, data, predicted)
    console.log(
      name.padEnd(12) +
        compare(predicted, milliseconds, 'ms ') +
        '  ' +
        compare(budget.peakBytes / 2 ** 20, peakBytes / 2 ** 20, 'MiB'),
    )
  }
} finally {
  rmSync(workspace, { recursive: true, force: true })
  await server.close()
}
process.exit()

/** The median step and the peak memory of a process that trains the lab for about four seconds, and evaluates. */
async function measure(lab, data, predicted) {
  const child = spawn()
  const { call } = connect(child.port, runMethods, runEvents)
  await call.measure({ lab, engine, data, steps: 3, evaluate: true })
  const steps = Math.max(5, Math.min(2000, Math.round(4000 / predicted)))
  const { milliseconds, peakBytes } = await call.measure({ lab, engine, data, steps })
  child.kill()
  return { milliseconds: milliseconds.toSorted((a, b) => a - b)[milliseconds.length >> 1], peakBytes }
}

function compare(predicted, measured, unit) {
  const off = `${predicted > measured ? '+' : ''}${Math.round((100 * predicted) / measured - 100)} %`
  return `${predicted.toPrecision(3).padStart(8)}  ${measured.toPrecision(3).padStart(8)} ${unit} ${off.padStart(6)}`
}

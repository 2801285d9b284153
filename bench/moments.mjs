/**
 * What keeping the past of a run costs of its training. One training of `characters` keeps moments, as a run does, in every other turn of a few
 * steps; so what the machine does otherwise, and the number of threads that is chosen, meet both alike. Half of its steps are with moments.
 *
 * - `share`: wall time in which the training waits for a moment (reading the states, encoding, hashing), of its time;
 * - `processorShare`: processor time of the same and of writing, with all threads of the process, of that of its steps;
 * - `paired`: processor time of the turns with moments over those without, less 1: mean and 95 % confidence interval over pairs of turns.
 *
 *     node bench/moments.mjs [--lab characters] [--steps 2000] [--turn 50] [--megabytes 200]
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createServer } from 'vite'
import { root } from '../scripts/process.mjs'

const { values } = parseArgs({
  options: {
    lab: { type: 'string', default: 'characters' },
    steps: { type: 'string', default: '2000' },
    turn: { type: 'string', default: '50' },
    megabytes: { type: 'string', default: '200' },
  },
})
const [steps, turn, megabytes] = [values.steps, values.turn, values.megabytes].map(Number)
const server = await createServer({
  root,
  configFile: false,
  logLevel: 'error',
  server: { middlewareMode: true, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
  resolve: { alias: { '@core': join(root, 'src/core'), '@engine': join(root, 'src/engine') } },
})
const load = (path) => server.ssrLoadModule(`/src/${path}`)
const { parseLab } = await load('core/lab/read.ts')
const { createExecutor } = await load('main/engine/choose.ts')
const { diskStorage } = await load('main/engine/disk-storage.ts')
const { nodeSurroundings } = await load('main/engine/surroundings.ts')
const { MomentWriter } = await load('engine/moments.ts')
const { createTraining, exportStates } = await load('engine/training.ts')
const { trainStep } = await load('engine/training-step.ts')

const read = parseLab(readFileSync(join(root, 'resources/labs', `${values.lab}.json`), 'utf8'))
const lab = { ...read, training: { ...read.training, steps: 2 * steps + turn } }
const folder = mkdtempSync(join(tmpdir(), 'attention-lab-moments-'))
const training = createTraining(await createExecutor('auto', () => undefined), lab, null)

/** Steps and milliseconds of the turns with moments: those of the run that is measured. */
let step = 0
let own = 0
let since = performance.now()
const now = () => own + performance.now() - since
/** Its storage, which says how many bytes were written. */
const disk = diskStorage(folder)
const written = { moments: 0, bytes: 0 }
const storage = {
  ...disk,
  async write(name, bytes) {
    written.moments++
    written.bytes += bytes.length
    await disk.write(name, bytes)
  },
}
const writer = new MomentWriter(storage, nodeSurroundings, now, megabytes * 2 ** 20)
const processor = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
const moments = { wall: 0, processor: 0 }
function keep() {
  const began = [performance.now(), processor()]
  writer.write({ step, learningRate: training.learningRate, lab }, () => exportStates(training, { shared: true }), step === 0)
  moments.wall += performance.now() - began[0]
  moments.processor += processor() - began[1]
}
/** Takes some steps; returns their processor and wall time, with the writing of what was kept. */
async function take(isKept) {
  const began = processor()
  since = performance.now()
  for (let taken = 0; taken < turn; taken++) {
    await trainStep(training)
    if (!isKept) continue
    step++
    if (writer.isDue(step, lab.training.evaluateEvery)) keep()
  }
  const wall = performance.now() - since
  if (isKept) await writer.settled()
  if (isKept) own += wall
  return { processor: processor() - began, wall }
}

// The first steps compile and choose threads.
await take(false)
keep()
await writer.settled()
// Writing alone, of as many bytes: no step disturbs what the process is charged for.
const bytes = new Uint8Array(written.bytes)
const rewrites = 20
const began = processor()
for (let index = 0; index < rewrites; index++) await disk.write('rewritten', bytes)
const perWrite = (processor() - began) / rewrites

const pairs = []
const sum = (numbers) => numbers.reduce((total, each) => total + each, 0)
const percent = (share) => `${(100 * share).toFixed(2)} %`
function figures() {
  const [wall, cost, without] = [
    sum(pairs.map(({ kept }) => kept.wall)),
    sum(pairs.map(({ kept }) => kept.processor)),
    sum(pairs.map(({ plain }) => plain.processor)),
  ]
  const processing = moments.processor + written.moments * perWrite
  const ratios = pairs.map(({ kept, plain }) => kept.processor / plain.processor - 1)
  const mean = sum(ratios) / ratios.length
  const deviation = Math.sqrt(sum(ratios.map((ratio) => (ratio - mean) ** 2)) / (ratios.length - 1))
  const half = (1.96 * deviation) / Math.sqrt(ratios.length)
  return {
    ...{
      lab: values.lab,
      steps: step,
      turn,
      pairs: pairs.length,
      written: written.moments,
      megabytesEach: bytes.length / 2 ** 20,
    },
    ...{ msPerStep: wall / step, msPerMoment: moments.wall / written.moments, processorMsPerWrite: perWrite },
    share: percent(moments.wall / wall),
    processorShare: percent(processing / (cost - processing)),
    paired: `${percent(mean)} (${percent(mean - half)} to ${percent(mean + half)}); all turns together ${percent(cost / without - 1)}`,
  }
}
while (step < steps) {
  const first = pairs.length % 2 === 0
  const before = await take(first)
  const after = await take(!first)
  pairs.push(first ? { kept: before, plain: after } : { kept: after, plain: before })
  if (pairs.length % 10 === 0) console.error(JSON.stringify(figures())) // so far
}

console.log(JSON.stringify(figures()))
await server.close()
rmSync(folder, { recursive: true, force: true })
process.exit(0)

/**
 * Generating text, one sequence, over many windows: with cached keys and values, by recomputing every window, as the application chooses, and
 * PyTorch with a cache. All generate in turns. Prints a JSON line for each model: milliseconds per token, [wall time, processor time], medians of
 * turns. Where other work shares the machine, processor time says more.
 *
 *     node bench/generation.mjs [--models tiny,small,nano,medium] [--grid] [--engines onnxruntime,tfjs] [--rounds 7] [--python PYTHON]
 *
 * `--grid` measures models of widths 16 to 128 with windows of 4 to 128 tokens instead, without PyTorch.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { createServer } from 'vite'
import { root } from '../scripts/process.mjs'

const witness = join(root, '.witness', 'bin', 'python')
const { values } = parseArgs({
  options: {
    models: { type: 'string', default: 'tiny,small,nano,medium' },
    grid: { type: 'boolean', default: false },
    engines: { type: 'string', default: 'onnxruntime,tfjs' },
    rounds: { type: 'string', default: '7' },
    python: { type: 'string', default: existsSync(witness) ? witness : 'python3' },
  },
})
/** Milliseconds of a turn. */
const turn = 300

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
const { createTask } = await load('core/tasks/index.ts')
const { createExecutor } = await load('main/engine/choose.ts')
const { openModel } = await load('engine/model.ts')
const { chooseToken, createPromptDecoder } = await load('engine/generation/prompt-decoder.ts')

/** Options of the decoder. */
const ways = { cached: {}, recomputed: { remember: false }, chosen: { now: () => performance.now() } }

/** Generates with one of our engines; each turn goes on with the text of the one before. `take` returns wall and processor time. */
async function ours(engine, way, model) {
  const lab = standardLab('generation', model)
  const { spec } = createTask(lab.task, standardText(model))
  const opened = openModel(await createExecutor(engine, () => undefined), { lab, spec })
  const decoder = createPromptDecoder(opened, ways[way])
  const ids = [0]
  return {
    async take(count) {
      const [began, processor] = [performance.now(), process.cpuUsage()]
      for (let index = 0; index < count; index++) {
        const [logits] = await decoder.logits([ids])
        ids.push(chooseToken(logits, 0.8, 1, ids.length))
      }
      const { user, system } = process.cpuUsage(processor)
      return [performance.now() - began, (user + system) / 1000]
    },
    end() {
      decoder.dispose()
      opened.dispose()
    },
  }
}

async function pytorch(model) {
  const script = join(root, 'bench', 'peers', 'generation.py')
  const child = spawn(values.python, [script, JSON.stringify(model)], { stdio: ['pipe', 'pipe', 'ignore'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () => JSON.parse((await lines.next()).value)
  const { version, threads } = await next()
  return {
    version: `${version}, ${threads} thread${threads > 1 ? 's' : ''}`,
    async take(tokens) {
      child.stdin.write(`${JSON.stringify({ tokens })}\n`)
      return (await next()).milliseconds
    },
    end: () => child.kill(),
  }
}

const sizes = values.grid
  ? [16, 32, 64, 128].flatMap((width) =>
      [4, 8, 16, 32, 64, 128].map((length) => [
        `${width} × ${length}`,
        { width, layers: 2, heads: 4, length, batch: 1, vocabulary: 65 },
      ]),
    )
  : values.models.split(',').map((name) => [name, standardModels[name]])

for (const [name, model] of sizes) {
  const contenders = new Map()
  for (const engine of values.engines.split(',')) {
    for (const way of Object.keys(ways)) contenders.set(`${engine}, ${way}`, await ours(engine, way, model))
  }
  let peer = null
  if (!values.grid) {
    peer = await pytorch(model).catch(() => null)
    if (peer) contenders.set('pytorch', peer)
  }
  const counts = new Map()
  for (const [key, { take }] of contenders) {
    await take(2 * model.length) // sessions, and what is measured before a way is chosen
    const count = 2 * model.length
    counts.set(key, count * Math.max(1, Math.round(turn / (await take(count))[0])))
  }
  const costs = new Map([...contenders.keys()].map((key) => [key, []]))
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [key, { take }] of contenders) {
      const count = counts.get(key)
      costs.get(key).push((await take(count)).map((milliseconds) => milliseconds / count))
    }
  }
  for (const { end } of contenders.values()) end()
  const median = (numbers) => Number(numbers.toSorted((a, b) => a - b)[numbers.length >> 1].toPrecision(3))
  const figures = Object.fromEntries(
    [...costs].map(([key, all]) => [key, [median(all.map(([wall]) => wall)), median(all.map(([, processor]) => processor))]]),
  )
  console.log(JSON.stringify({ model: name, ...figures, ...(peer && { peer: peer.version }) }))
}
await server.close()
process.exit()

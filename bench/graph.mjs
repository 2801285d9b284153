/**
 * Performance of editing large models: milliseconds to analyse a model after a change, to start a wire, and to check one port for it. For
 * GPT-2's size and chains of 300, 900 and 1,950 blocks; medians.
 *
 *     node bench/graph.mjs [--json] [ROUNDS] (9)
 */
import { join } from 'node:path'
import { createServer } from 'vite'

const root = join(import.meta.dirname, '..')
const json = process.argv.includes('--json')
const rounds = Number(process.argv.slice(2).find((argument) => argument !== '--json') ?? 9)
const server = await createServer({
  root,
  configFile: false,
  logLevel: 'error',
  server: { middlewareMode: true, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
  resolve: { alias: { '@core': join(root, 'src/core'), '@engine': join(root, 'src/engine') } },
})
const load = (path) => server.ssrLoadModule(`/src/core/${path}`)
const { analyse } = await load('graph/analyse.ts')
const { connectionChecker } = await load('graph/connection.ts')
const { blockByKind } = await load('blocks/index.ts')
const { gpt2, standardLab } = await load('models/standard-models.ts')
const { chainLab } = await load('models/chain.ts')

const signature = (length, vocabulary) => ({
  ...{ aim: 'tokens', length, vocabulary, classes: vocabulary, padded: false, causal: true },
  ...{ source: null, written: null, features: 0, scored: false },
})
const cases = [
  { name: 'GPT-2', lab: standardLab('GPT-2', gpt2), signature: signature(gpt2.length, gpt2.vocabulary) },
  ...[300, 900, 1950].map((blocks) => ({
    name: `${blocks} blocks`,
    lab: chainLab(blocks, { width: 32, batch: 32 }),
    signature: signature(32, 32),
  })),
]

const results = cases.map(({ name, lab, signature }) => {
  const analyseMilliseconds = median(Array.from({ length: rounds }, () => timed(() => analyse(lab, signature)).milliseconds))
  // From the first block with feature outputs, a wire that could fit almost everywhere.
  const from = { node: 'embedding', port: 'y' }
  const begun = Array.from({ length: rounds }, () => timed(() => connectionChecker(lab, signature)))
  const check = begun.at(-1).result
  const inputs = lab.graph.nodes
    .filter(({ id }) => id !== from.node)
    .flatMap(({ id, kind }) => Object.keys(blockByKind(kind).inputs).map((port) => ({ node: id, port })))
  const ports = inputs.map((to) => timed(() => check(from, to)).milliseconds)
  return {
    name,
    blocks: lab.graph.nodes.length,
    analyseMilliseconds,
    beginMilliseconds: median(begun.map(({ milliseconds }) => milliseconds)),
    portMilliseconds: median(ports),
    slowestPortMilliseconds: Math.max(...ports),
    allPortsMilliseconds: ports.reduce((sum, each) => sum + each, 0),
    ports: ports.length,
  }
})
await server.close()

if (json) console.log(JSON.stringify(results, null, 2))
else {
  console.log('milliseconds    blocks   analyse  begin a wire   a port (slowest)   all ports')
  for (const { name, blocks, ports, ...times } of results) {
    const { analyseMilliseconds, beginMilliseconds, portMilliseconds, slowestPortMilliseconds, allPortsMilliseconds } = times
    console.log(
      name.padEnd(14) +
        `${blocks}`.padStart(8) +
        [analyseMilliseconds, beginMilliseconds].map((each) => shown(each).padStart(10)).join('   ') +
        `${shown(portMilliseconds)} (${shown(slowestPortMilliseconds)})`.padStart(19) +
        `${shown(allPortsMilliseconds)} (${ports})`.padStart(16),
    )
  }
}

function timed(run) {
  const began = performance.now()
  const result = run()
  return { result, milliseconds: performance.now() - began }
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]
}

function shown(milliseconds) {
  return milliseconds.toPrecision(3)
}

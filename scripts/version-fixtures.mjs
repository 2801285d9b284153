/**
 * Creates the fixtures in `src/main/service/fixtures/version-0.1.0`: a workspace, trained models and lab files written by version 0.1.0,
 * and its results for them. Uses that version's own host, command line and page, from a built clone:
 *
 *     node scripts/version-fixtures.mjs CLONE
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { main, Refusal, root } from './process.mjs'
import { loadSource, runCommandLine, withHost } from './version-fixtures/host.mjs'
import { composeLabs, numberPairs, ownText } from './version-fixtures/labs.mjs'
import { useThePage } from './version-fixtures/page.mjs'

const target = join(root, 'src/main/service/fixtures/version-0.1.0')
/** For runs whose model was not viewed. */
const unseen = { step: null, prediction: null, probes: {} }

await main(async () => {
  const [argument] = process.argv.slice(2)
  if (argument === undefined) throw new Refusal('Name the folder of a built clone of version 0.1.0.')
  const clone = resolve(argument)
  const scratch = mkdtempSync(join(tmpdir(), 'attention-lab-'))
  try {
    for (const folder of ['workspace', 'kept', 'labs']) rmSync(join(target, folder), { recursive: true, force: true })
    const labs = await composeLabs(clone)
    const documents = await keepLabFiles(clone)
    const workspace = join(scratch, 'workspace')
    const looks = await fillWorkspace(clone, workspace, labs)
    cpSync(workspace, join(target, 'workspace'), { recursive: true })

    const commit = execFileSync('git', ['-C', clone, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim()
    const expected = {
      commit,
      processor: cpus()[0]?.model ?? '',
      runs: await readRuns(clone, workspace, looks),
      ...(await recallAll(clone, workspace)),
      resumed: await resumeRuns(clone, workspace, looks),
      written: await writeWithRuns(clone, workspace, looks),
      kept: keepTrainings(clone, scratch, labs),
      documents: { ...documents, ...(await readLabFile(clone, 'groups.json')) },
    }
    writeFileSync(join(target, 'expected.json'), JSON.stringify(expected))
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
})

/** Creates runs in every state; returns by name the id of each and what a view last showed. */
async function fillWorkspace(clone, workspace, labs) {
  const looks = await withHost(clone, workspace, (host) => trainAll(host, labs))
  const run = await withHost(clone, workspace, (host) => trainUntilKilled(host, labs.interrupted))
  await sleep(3000) // the run's process writes its checkpoint after its host has ended
  return { ...looks, interrupted: { run, ...unseen } }
}

async function trainAll(host, labs) {
  const { call } = host
  const looks = {}
  /** Views the current model while the run still has its process. */
  const look = async (name, run, probes) => {
    const frame = await host.frameOf(run, { sample: 0, probes, states: [] })
    looks[name] = { run, step: frame.step, prediction: arrays(frame.predictions[0]), probes: tensors(frame.probes) }
  }
  const begin = async (lab, engine, more = {}) => (await call['runs.start']({ lab, engine, data: null, ...more })).run
  const finish = async (name, run, probes = ['attention-1/attention']) => {
    await host.until(run, 'finished')
    await look(name, run, probes)
    return run
  }

  const first = await finish('finished', await begin(labs.reverse, 'onnxruntime'))
  await finish('finished-tfjs', await begin(labs.recall, 'tfjs'))
  await finish('transplanted', await begin(labs.widerReverse, 'onnxruntime', { from: first }))
  const bytes = new TextEncoder().encode(ownText)
  const { id } = await call['data.add']({ name: 'cat and dog.txt', bytes })
  await finish('own-data', await begin(labs.characters, 'auto', { data: id }))
  const attention = ['attention-1/attention', 'cross-1/attention', 'source-attention-1/attention']
  await finish('encoder-decoder', await begin(labs.numbers, 'onnxruntime'), attention)

  for (const engine of ['onnxruntime', 'tfjs']) {
    const run = await begin(labs.dropout, engine, { paused: true })
    for (let step = 0; step < 25; step++) await call['runs.command']({ run, command: 'step' })
    await call['runs.tune']({ run, learningRate: 0.004 })
    await call['runs.command']({ run, command: 'stop' })
    await look(`stopped-${engine}`, run, ['attention-1/attention'])
  }

  const failed = await begin(labs.diverging, 'tfjs')
  await host.until(failed, 'failed')
  looks.failed = { run: failed, ...unseen }

  const saved = join(target, 'labs', 'groups.json')
  await useThePage(host.address, { first: labs.reverse, second: labs.groups, saved })
  const run = (await call['runs.list']({})).at(-1)?.run
  await finish('from-the-page', run, ['block.1.attention/attention', 'block.2.attention/attention'])
  return looks
}

/** Leaves a run whose host was killed. */
async function trainUntilKilled(host, lab) {
  const { call } = host
  const { run } = await call['runs.start']({ lab, engine: 'onnxruntime', data: null, paused: true })
  for (let step = 0; step < 12; step++) await call['runs.command']({ run, command: 'step' })
  await call['runs.command']({ run, command: 'checkpoint' })
  const trains = host.next('run.telemetry')
  await call['runs.command']({ run, command: 'resume' })
  await trains
  await host.kill()
  return run
}

/** What a restarted host reports for every run, and what was viewed before. */
async function readRuns(clone, workspace, looks) {
  return onCopy(clone, workspace, async ({ call }) => {
    const statuses = await call['runs.list']({})
    const entries = Object.entries(looks).map(async ([name, { run, ...look }]) => {
      const { losses, evaluations, summary } = await call['runs.history']({ run })
      const { lab, data } = await call['runs.read']({ run })
      const status = statuses.find((each) => each.run === run)
      return [name, { status, data, title: lab.title, losses: [...losses], evaluations, summary, look }]
    })
    return Object.fromEntries(await Promise.all(entries))
  })
}

function recallAll(clone, workspace) {
  return onCopy(clone, workspace, async ({ call }) => ({
    memory: await call['memory.recall']({}),
    data: await call['data.list']({}),
  }))
}

/** Final results of the runs that can be resumed. */
async function resumeRuns(clone, workspace, looks) {
  return onCopy(clone, workspace, async (host) => {
    const resumed = {}
    for (const name of ['stopped-onnxruntime', 'stopped-tfjs', 'interrupted']) {
      const { run } = looks[name]
      const { step } = await host.call['runs.restore']({ run })
      await host.until(run, 'finished')
      const { losses, summary } = await host.call['runs.history']({ run })
      resumed[name] = { from: step, losses: [...losses], evaluation: summary.evaluation, stateHash: summary.stateHash }
    }
    return resumed
  })
}

/** Deterministic outputs of trained models. */
async function writeWithRuns(clone, workspace, looks) {
  const requests = {
    'own-data': { prompt: 'the cat', length: 60, temperature: 0 },
    'encoder-decoder': { source: 'forty two', temperature: 0, beam: 3 },
  }
  return onCopy(clone, workspace, async ({ call }) => {
    const results = {}
    for (const [name, request] of Object.entries(requests)) {
      const { prompt, written, tokens, step } = await call['runs.write']({ run: looks[name].run, request })
      results[name] = { request, writing: { prompt, written, tokens, step } }
    }
    return results
  })
}

/** `train --out` with own data, and the output of `generate` for it. */
function keepTrainings(clone, scratch, labs) {
  const trainings = {
    characters: {
      data: ['text.txt', ownText],
      generate: ['--prompt', 'the dog', '--length', '60', '--temperature', '0'],
    },
    pairs: { data: ['pairs.tsv', numberPairs], generate: ['--source', 'seven three'] },
  }
  return Object.fromEntries(
    Object.entries(trainings).map(([name, { data, generate }]) => {
      const [lab, text, out] = [join(scratch, `${name}.json`), join(scratch, data[0]), join(target, 'kept', name)]
      writeFileSync(lab, JSON.stringify(labs[name]))
      writeFileSync(text, data[1])
      runCommandLine(clone, ['train', lab, '--data', text, '--out', out])
      const { text: generated, written = [] } = JSON.parse(runCommandLine(clone, ['generate', out, ...generate, '--json']))
      return [name, { generate, text: generated, written }]
    }),
  )
}

/** Two of the built-in labs, and one from before the scale of attention had names. */
async function keepLabFiles(clone) {
  mkdirSync(join(target, 'labs'), { recursive: true })
  for (const id of ['reverse', 'translator']) {
    cpSync(join(clone, 'resources/labs', `${id}.json`), join(target, 'labs', `${id}.json`))
  }
  const earlier = execFileSync('git', ['-C', clone, 'show', 'd58f5f1^:resources/labs/pos-tagging.json'])
  writeFileSync(join(target, 'labs', 'scale-true.json'), earlier)
  const read = ['reverse', 'translator', 'scale-true'].map((name) => readLabFile(clone, `${name}.json`))
  return Object.assign({}, ...(await Promise.all(read)))
}

async function readLabFile(clone, name) {
  const { parseLab } = await loadSource(clone, 'src/core/lab/read.ts')
  return { [name]: parseLab(readFileSync(join(target, 'labs', name), 'utf8')) }
}

/** Opens a copy of the workspace, so that changes are discarded. */
async function onCopy(clone, workspace, use) {
  const copy = mkdtempSync(join(tmpdir(), 'attention-lab-'))
  cpSync(workspace, copy, { recursive: true })
  try {
    return await withHost(clone, copy, use)
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

/** Seven digits, more than comparisons between engines or machines can rely on. */
function rounded(values) {
  return Array.from(values, (value) => Number(value.toPrecision(7)))
}
function arrays(prediction) {
  return Object.fromEntries(Object.entries(prediction).map(([name, values]) => [name, values && rounded(values)]))
}
function tensors(probes) {
  return Object.fromEntries(Object.entries(probes).map(([name, tensor]) => [name, { ...tensor, data: rounded(tensor.data) }]))
}

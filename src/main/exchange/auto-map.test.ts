/** Models for transformers with code of their own, loaded by it: logits, generated tokens and tokenised texts. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { LabDocument } from '@core/lab/document'
import { composeLab } from '@core/models/compose'
import { embed, layers } from '@core/models/parts'
import { createTask, newTask } from '@core/tasks'
import type { TaskRef } from '@core/tasks/ref'
import type { Executor } from '@engine/executor'
import { createExecutor } from '../engine/choose'
import { createLabs } from '../service/labs'
import { hasWitness, needsWitness, runWitness } from '../testing/witness'
import { autoMap } from './auto-map'
import { computeExpected } from './auto-map/expected'
import { autoMapFolder } from './auto-map/folder'
import { huggingface } from './huggingface'
import { nativeModel } from './huggingface/native'
import { openSource } from './source'
import { root } from './testing/commands'
import { asWritten, comparison, writeExpected } from './transformers'

let folder = ''
let executor: Executor
const builtIn = createLabs(join(root, 'resources/labs'))
const never = new AbortController().signal

/** A built-in lab for each form, and its graph with other tasks of the same form, for their tokenisers. */
const labs: readonly (readonly [string, string, string | null])[] = [
  ['tiny-gpt', 'tiny-gpt', null],
  ['words', 'tiny-gpt', 'words'],
  ['byte-pairs', 'tiny-gpt', 'byte-pairs'],
  ['reverse', 'reverse', null],
  ['pos-tagging', 'pos-tagging', null],
  ['own-tagging', 'pos-tagging', 'own-tagging'],
  ['sentiment', 'sentiment', null],
  ['own-classification', 'sentiment', 'own-classification'],
  ['modular-addition', 'sentiment', 'modular-addition'],
  ['topics', 'topics', null],
  ['adding', 'adding', null],
  ['batch-norm', 'batch-norm', null],
  ['dates', 'dates', null],
  ['own-pairs', 'translator', 'own-pairs'],
]

const taskOf = new Map<string, TaskRef>()
let found: Readonly<Record<string, Readonly<Record<string, number>>>> = {}

async function exported(name: string, lab: LabDocument): Promise<[string, string]> {
  const source = await openSource({ kind: 'lab', name, lab, data: null }, never)
  const [there, here] = [join(folder, name), join(folder, `${name}-expected`)]
  for (const [path, content] of autoMapFolder(source)) {
    await mkdir(dirname(join(there, path)), { recursive: true })
    await writeFile(join(there, path), content)
  }
  await mkdir(here)
  await writeExpected(here, await computeExpected(executor, source, false))
  return [there, here]
}

const adapted = (lab: LabDocument): LabDocument => {
  const nodes = lab.graph.nodes.map((node) =>
    node.kind === 'self-attention' ? { ...node, params: { ...node.params, rank: 2 } } : node,
  )
  return { ...lab, graph: { ...lab.graph, nodes } }
}

/** As GPT-2, in half precision: its expected numbers are those of the rounded weights. */
async function exportedAsGpt(): Promise<[string, string]> {
  const source = await openSource({ kind: 'lab', name: 'gpt', lab: gpt(), data: null }, never)
  expect(nativeModel(source)?.config).toMatchObject({ model_type: 'gpt2' })
  const [there, here] = [join(folder, 'gpt'), join(folder, 'gpt-expected')]
  await mkdir(there)
  await mkdir(here)
  await huggingface.write(source, there, writing)
  await writeExpected(here, await computeExpected(executor, { ...source, weights: asWritten(source.weights, 'F16') }, true))
  return [there, here]
}
const writing = { options: { dtype: 'F16', attention: false }, progress: () => undefined, signal: never } as const
const gpt = (): LabDocument =>
  composeLab({ task: { kind: 'characters', params: {} } }, (c) => {
    const x = layers(c, embed(c, { width: 32 }), { layers: 2, attention: { mask: 'causal' } })
    c.place('next', 'next-token', { bias: false }, { x, table: 'embedding.table' })
  })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'attention-lab-transformers-'))
  executor = await createExecutor('tfjs', () => undefined)
  if (!hasWitness) return
  const pairs: string[] = []
  for (const [name, graph, kind] of labs) {
    const lab = await builtIn.read(graph)
    taskOf.set(graph, lab.task)
    pairs.push(...(await exported(name, kind === null ? lab : { ...lab, task: newTask(kind) })))
  }
  pairs.push(...(await exportedAsGpt()), ...(await exported('adapters', adapted(await builtIn.read('single-head')))))
  await writeFile(join(folder, 'verify.py'), comparison())
  const told = await runWitness([join(folder, 'verify.py'), join(folder, 'cache'), ...pairs], { timeout: 280_000 })
  found = z.record(z.string(), z.record(z.string(), z.number())).parse(JSON.parse(told))
}, 300_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('transformers loads the folder and computes the same', () => {
  beforeEach(needsWitness)
  it.each(labs)('%s', (name, graph, kind) => {
    const { logits, ...others } = found[join(folder, name)]!
    expect(logits).toBeLessThan(1e-4)
    const { signature, source } = createTask(kind === null ? taskOf.get(graph)! : newTask(kind), null).spec
    const generates = signature.causal ? { 'generated tokens': 0 } : {}
    const texts = name === 'adding' ? {} : { 'tokenised texts': 0, ...(source && { 'tokenised texts (target)': 0 }) }
    expect(others).toEqual({ ...generates, ...texts })
  })
})

it('a lab with adapters is loaded', (context) => {
  needsWitness(context)
  expect(found[join(folder, 'adapters')]!['logits']).toBeLessThan(1e-4)
})

it('a lab that equals GPT-2 is loaded by its own class', (context) => {
  needsWitness(context)
  const { logits, ...others } = found[join(folder, 'gpt')]!
  expect(logits).toBeLessThan(1e-4)
  expect(others).toEqual({ 'generated tokens': 0, 'tokenised texts': 0 })
})

describe('the plan', () => {
  const planOf = async (name: string, data: string | null = null, kind?: string) => {
    const lab = await builtIn.read(name)
    const task = kind === undefined ? lab.task : newTask(kind)
    const source = await openSource({ kind: 'lab', name, lab: { ...lab, task }, data }, never)
    return autoMap.plan(source, { dtype: 'F32', attention: false })
  }
  it('names every file that is written', async () => {
    for (const name of ['tiny-gpt', 'dates', 'adding']) {
      const { files } = await planOf(name)
      const source = await openSource({ kind: 'lab', name, lab: await builtIn.read(name), data: null }, never)
      expect(files.map(({ path }) => path).toSorted()).toEqual([...autoMapFolder(source).keys()].toSorted())
    }
  })
  it('says that numbers have no tokeniser there', async () => {
    expect((await planOf('adding')).missing).toEqual([{ code: 'export.no-tokeniser', params: { file: 'vocab.json' } }])
  })
  it('says that Chinese words among others are decoded with spaces', async () => {
    const rows = Array.from({ length: 40 }, (_, index) => `这 本 书 good ${index},${index % 2 === 0 ? '好' : '坏'}`)
    const { missing } = await planOf('sentiment', ['text,label', ...rows].join('\n'), 'own-classification')
    expect(missing).toEqual([{ code: 'export.decoded-spaces', params: { file: 'tokenizer.json' } }])
  })
})

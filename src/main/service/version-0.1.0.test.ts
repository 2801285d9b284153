/**
 * Files written by version 0.1.0 can be opened unchanged: a workspace, folders of `train --out` and lab files, compared with
 * what that version reported. How they were made: `fixtures/version-0.1.0/README.md`. Needs `npm run build`.
 */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { DraftSummary } from '@core/contract/draft'
import type { DataSummary } from '@core/contract/lab'
import { evaluationsOf } from '@core/contract/evaluations'
import type { Look as Seen } from '@core/contract/look'
import type { Evaluation, RunStatus, RunSummary } from '@core/contract/runs'
import type { Generation } from '@core/contract/generation'
import type { LabDocument, LocalText } from '@core/lab/document'
import { parseLab, readLab } from '@core/lab/read'
import { installedEngines } from '../engine/choose'
import { realHost, type RealHost } from '../testing/processes'
import { history, statuses } from './testing/clients'

const root = resolve(import.meta.dirname, '../../..')
const fixtures = join(import.meta.dirname, 'fixtures/version-0.1.0')

interface RunRecord {
  /** From the first step on. */
  readonly losses: readonly number[]
  readonly evaluations: readonly Evaluation[]
  readonly summary: RunSummary | null
}
/** Sample 0 of the validation set: the model's predictions, and probes by name. */
interface Look {
  readonly prediction: Readonly<Record<string, readonly number[] | null>>
  readonly probes: Readonly<Record<string, { axes: readonly string[]; shape: readonly number[]; data: readonly number[] }>>
}
/** `written` is empty if there was no search. */
interface Generated {
  readonly text: string
  readonly written: Generation['written']
}
interface Expected {
  /** The processor on which the fixtures were made. */
  readonly processor: string
  readonly runs: Readonly<Record<string, RunRecord & { status: RunStatus; data: string | null; title: LocalText; look: Look }>>
  readonly memory: Readonly<Record<string, string>>
  readonly data: readonly DataSummary[]
  /** Final results of resumed runs; steps that were never reported are null. */
  readonly resumed: Readonly<
    Record<
      string,
      { from: number; losses: readonly (number | null)[]; evaluation: Readonly<Record<string, number>>; stateHash: string }
    >
  >
  readonly written: Readonly<
    Record<string, { request: object; writing: Pick<Generation, 'prompt' | 'written' | 'tokens' | 'step'> }>
  >
  /** Arguments and output of `generate`. */
  readonly kept: Readonly<Record<string, { generate: readonly string[] } & Generated>>
  readonly documents: Readonly<Record<string, LabDocument>>
}
const expected = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')) as Expected
const run = (name: string) => expected.runs[name]!
const idOf = (name: string): string => run(name).status.run
const viewed = Object.keys(expected.runs).filter((name) => Object.keys(run(name).look.probes).length > 0)

// Adapters to the contract: the only part to change when the contract does.

/** A step that was never reported has no point in the series. */
async function recordOf(host: RealHost, id: string): Promise<RunRecord> {
  const { series, values, steps, summary } = await history(host, id)
  const losses = Array<number>(steps('loss').at(-1) ?? 0).fill(NaN)
  steps('loss').forEach((step, index) => (losses[step - 1] = values('loss')[index]!))
  return { losses, evaluations: evaluationsOf(series), summary }
}

/** Series have single precision. */
const rounded = ({ step, loss, metrics }: Evaluation): Evaluation => ({
  step,
  loss: Math.fround(loss),
  metrics: Object.fromEntries(Object.entries(metrics).map(([metric, value]) => [metric, Math.fround(value)])),
})

async function lookAt(host: RealHost, id: string, probes: readonly string[]): Promise<Look> {
  const values = probes.map((name) => ({ name }))
  const looks: Seen[] = []
  const inputs = [{ sample: 0 }]
  await host.call['models.look']({ model: { run: id }, look: { inputs, values } }, { onPart: (part) => void looks.push(part) })
  const { seen, values: tensors } = looks[0]!
  const { tokens, source, features, targets, predictions, scored } = seen[0]!
  const prediction = Object.entries({ tokens, source, features, targets, predictions, scored })
  return {
    prediction: Object.fromEntries(prediction.map(([name, values]) => [name, values && [...values]])),
    probes: Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, { ...tensor, data: [...tensor.data] }])),
  }
}

async function resume(host: RealHost, id: string): Promise<{ from: number; record: RunRecord }> {
  const { step } = await host.call['runs.resume']({ run: id })
  await host.until(id, 'finished')
  return { from: step, record: await recordOf(host, id) }
}

let workspace: string
let host: RealHost
beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'attention-lab-test-'))
  await cp(join(fixtures, 'workspace'), workspace, { recursive: true })
  await endOwners()
  host = await realHost(workspace)
})
afterEach(async () => {
  await host.end()
  await rm(workspace, { recursive: true, force: true, maxRetries: 5 })
})

/** Replaces the owner of the runs with a process that has ended: its old id may be in use by now. */
async function endOwners(): Promise<void> {
  const owner = 2 ** 22 + 12345 // beyond Linux's largest process id
  for (const id of await readdir(join(workspace, 'runs'))) {
    const path = join(workspace, 'runs', id, 'run.json')
    await writeFile(path, JSON.stringify({ ...(JSON.parse(await readFile(path, 'utf8')) as object), owner }))
  }
}

/** With a tolerance: engines and processors sum in different orders. */
function expectClose(actual: readonly number[] | null | undefined, wanted: readonly number[] | null, digits = 5): void {
  expect(actual?.length).toBe(wanted?.length)
  wanted?.forEach((value, index) => expect(actual![index]).toBeCloseTo(value, digits))
}

function expectSameGeneration(actual: Generation['written'] | undefined, wanted: Generation['written']): void {
  expect(actual?.map(({ text }) => text)).toEqual(wanted.map(({ text }) => text))
  const probabilities = (texts: Generation['written']) => texts.map(({ logProbability }) => logProbability ?? 0)
  expectClose(actual && probabilities(actual), probabilities(wanted))
}

describe('a workspace of version 0.1.0', () => {
  it('lists every run in the state in which it was left', async () => {
    const wanted = Object.values(expected.runs).map(({ status }) => status)
    expect(wanted.map(({ state }) => state).sort()).toEqual([
      'failed',
      ...Array<string>(6).fill('finished'),
      'interrupted',
      ...Array<string>(2).fill('stopped'),
    ])
    expect(await statuses(host)).toEqual(wanted.sort((a, b) => a.run.localeCompare(b.run)))
  })

  it.each(Object.keys(expected.runs))('has the task and all figures of the run “%s”', async (name) => {
    const { data, title, losses, evaluations, summary } = run(name)
    const read = await host.call['runs.read']({ run: idOf(name) })
    expect([read.data, read.lab.title]).toEqual([data, title])
    expect(await recordOf(host, idOf(name))).toEqual({ losses, evaluations: evaluations.map(rounded), summary })
  })

  it.each(viewed)('shows the predictions of the run “%s” for a sample', { timeout: 60_000 }, async (name) => {
    const { prediction, probes } = run(name).look
    const look = await lookAt(host, idOf(name), Object.keys(probes))
    expect(Object.keys(look.prediction)).toEqual(Object.keys(prediction))
    for (const [part, values] of Object.entries(prediction)) expectClose(look.prediction[part], values)
    for (const [probe, { axes, shape, data }] of Object.entries(probes)) {
      expect(look.probes[probe]).toMatchObject({ axes, shape })
      expectClose(look.probes[probe]?.data, data)
    }
  })

  const resumed = Object.keys(expected.resumed).filter((name) =>
    installedEngines().some((engine) => engine.name === run(name).status.engine),
  )
  it.each(resumed)('resumes the run “%s” with the same results', { timeout: 60_000 }, async (name) => {
    const { from, losses, evaluation, stateHash } = expected.resumed[name]!
    const resumed = await resume(host, idOf(name))
    // That version lost what its host had not recorded when it was killed. It is trained again from the checkpoint before.
    const lost = losses.indexOf(null)
    expect(resumed.from).toBe(lost < 0 ? from : lost)
    const { losses: told } = resumed.record
    expect(told).toHaveLength(losses.length)
    expect(told.filter((loss) => Number.isNaN(loss))).toEqual([])
    const reported = (values: readonly (number | null)[]): number[] =>
      values.flatMap((loss, step) => (losses[step] === null ? [] : [loss!]))
    // Small differences grow, so only the first 30 steps are compared.
    expectClose(reported(told).slice(0, from + 30), reported(losses).slice(0, from + 30), 4)
    // Unlike WebAssembly kernels, those of ONNX Runtime round according to the processor's instructions.
    if (run(name).status.engine === 'tfjs' || cpus()[0]?.model === expected.processor) {
      expect(reported(told)).toEqual(reported(losses))
      expect(resumed.record.summary).toMatchObject({ evaluation, stateHash })
    }
  })

  it.each(Object.keys(expected.written))('generates with the model of the run “%s”', { timeout: 60_000 }, async (name) => {
    const { request, writing } = expected.written[name]!
    const written = await host.call['models.generate']({ model: { run: idOf(name) }, request })
    expect(written).toMatchObject({ prompt: writing.prompt, tokens: writing.tokens, step: writing.step })
    expectSameGeneration(written.written, writing.written)
  })

  it('keeps settings, the open lab with its run, and unsaved work of an earlier window', async () => {
    const memory = await host.call['memory.recall']({})
    expect(memory).toEqual(expected.memory)
    expect([memory.language, memory.theme]).toEqual(['"zh"', '"dark"'])
    const draft = JSON.parse(memory.draft!) as { document: unknown; dirty: boolean; run: { id: string; document: unknown } }
    const [shelved] = JSON.parse(memory.shelf!) as [{ document: unknown; dirty: boolean }]
    expect([draft.dirty, shelved.dirty, draft.run.id]).toEqual([true, true, idOf('from-the-page')])
    for (const document of [draft.document, draft.run.document, shelved.document]) expect(readLab(document)).toEqual(document)
  })

  it('offers that work as drafts, which open unchanged', async () => {
    const listed: (readonly DraftSummary[])[] = []
    const abort = new AbortController()
    const watching = host.call['drafts.watch'](
      { window: 'new' },
      { signal: abort.signal, onPart: (drafts) => void listed.push(drafts) },
    )
    await vi.waitFor(() => expect(listed).toHaveLength(1))
    abort.abort()
    await watching.catch(() => undefined)
    const drafts = await Promise.all(listed[0]!.map(({ id }) => host.call['drafts.read']({ id })))
    const { draft, shelf } = expected.memory
    const documents = [draft!, shelf!].flatMap((text) => JSON.parse(text) as { document: unknown } | { document: unknown }[])
    expect(drafts.map(({ document }) => document)).toEqual(expect.arrayContaining(documents.map(({ document }) => document)))
    expect(drafts).toHaveLength(documents.length)
    expect(listed[0]!.every(({ dirty, open }) => dirty && !open)).toBe(true)
  })

  it("keeps the learner's text, with which a run can be started again", { timeout: 60_000 }, async () => {
    expect(await host.call['data.list']({})).toEqual(expected.data.map((each) => ({ ...each, tokeniser: null, notices: [] })))
    const { lab, data } = await host.call['runs.read']({ run: idOf('own-data') })
    const again = await host.call['runs.start']({ lab, engine: 'auto', data, paused: true })
    expect(again).toMatchObject({ state: 'paused', parameters: run('own-data').status.parameters })
  })

  it('deletes a run with all its files', async () => {
    await host.call['runs.remove']({ run: idOf('stopped-tfjs') })
    expect(await readdir(join(workspace, 'runs'))).not.toContain(idOf('stopped-tfjs'))
    expect(await statuses(host)).toHaveLength(Object.keys(expected.runs).length - 1)
  })
})

describe('a training saved by version 0.1.0 with --out', () => {
  it.each(Object.keys(expected.kept))('generates the same: %s', { timeout: 60_000 }, async (name) => {
    const { generate, text, written } = expected.kept[name]!
    const command = [join(root, 'out/main/cli.js'), 'generate', join(fixtures, 'kept', name), ...generate, '--json']
    const { stdout } = await promisify(execFile)(process.execPath, command)
    const generated = { written: [], ...(JSON.parse(stdout) as Pick<Generated, 'text'> & Partial<Generated>) }
    expect(generated.text).toBe(text)
    expectSameGeneration(generated.written, written)
  })
})

describe('a lab file of version 0.1.0', () => {
  it.each(Object.keys(expected.documents))('reads as the same document: %s', async (name) => {
    const text = await readFile(join(fixtures, 'labs', name), 'utf8')
    expect(parseLab(text)).toEqual(expected.documents[name])
  })

  it('may have groups, and settings in their earlier form', async () => {
    expect(Object.keys(expected.documents['groups.json']!.graph.groups!)).toEqual(['transformer-block'])
    expect(await readFile(join(fixtures, 'labs', 'scale-true.json'), 'utf8')).toContain('"scale": true')
  })
})

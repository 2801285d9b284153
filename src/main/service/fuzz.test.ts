/**
 * Damaged and hostile lab documents, given to everything that reads labs: each is rejected with a LabError or works; nothing
 * crashes or hangs.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { exceeded } from '@core/bounded'
import { fromProblem, LabError } from '@core/errors'
import { analyse } from '@core/graph/analyse'
import { isLargerThan } from '@core/graph/build'
import { expandGroups } from '@core/graph/expansion'
import { labBounds, type LabDocument } from '@core/lab/document'
import { MAXIMUM_LAB_BYTES, parseLab } from '@core/lab/read'
import errors from '@core/locales/en/errors.json'
import { createTask } from '@core/tasks'
import type { TaskSpec } from '@core/tasks/types'
import { check } from '../cli/check'
import type { Output } from '../cli/output'
import { repeats } from '../testing/repeats'
import { textsIn } from '../texts'
import { createLabs } from './labs'
import { createService, type Service } from './service'
import { clientOf, type LabClient } from './testing/clients'
import { fakeWorkers } from './testing/fake-workers'
import { hostile } from './testing/hostile-labs'
import { createTrials } from './trials'

const folder = resolve(import.meta.dirname, '../../../resources/labs')
const labs = createLabs(folder)

let home: string
let service: Service
let host: LabClient
let originals: string[]

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'attention-lab-fuzz-'))
  service = await createService({ home, labs: folder, spawn: fakeWorkers().spawn })
  host = clientOf(service, undefined, (message) => message) // structuredClone fails on deeply nested values
  const files = (await labs.list()).map(({ id }) => readFile(join(folder, `${id}.json`), 'utf8'))
  originals = (await Promise.all(files)).map((text) => JSON.stringify(JSON.parse(text)))
})
afterAll(async () => {
  await service.close()
  await rm(home, { recursive: true, force: true })
})

type Damage = (text: string) => string

/** Bytes lost, changed, duplicated or inserted, as by a bad disk or a careless edit. */
const bytes: fc.Arbitrary<Damage> = fc.oneof(
  fc.integer({ min: 1, max: 50_000 }).map(
    (depth): Damage =>
      (text) =>
        text.replace('"params":{}', `"params":{"deep":${'['.repeat(depth)}${']'.repeat(depth)}}`),
  ),
  fc.nat().map(
    (at): Damage =>
      (text) =>
        text.slice(0, at % text.length),
  ),
  fc.tuple(fc.nat(), fc.string()).map(
    ([at, put]): Damage =>
      (text) =>
        text.slice(0, at % text.length) + put + text.slice((at % text.length) + put.length),
  ),
  fc.tuple(fc.nat(), fc.nat({ max: 400 })).map(
    ([at, length]): Damage =>
      (text) =>
        text.slice(0, at % text.length) + text.slice((at % text.length) + length),
  ),
  fc.tuple(fc.nat(), fc.nat({ max: 400 })).map(
    ([at, length]): Damage =>
      (text) =>
        text.slice(0, (at % text.length) + length) + text.slice(at % text.length),
  ),
)

const oddValues: readonly unknown[] = [
  null,
  '',
  'x'.repeat(5000),
  '__proto__',
  'constructor',
  0,
  -1,
  1.5,
  7,
  64,
  100_000,
  2 ** 31,
  1e308,
  true,
  [],
  {},
  [[[[]]]],
  { node: 'tokens', port: 'ids' },
  Array(100).fill({}),
  nested(300),
]

function nested(depth: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < depth; level++) value = [value]
  return value
}

interface Place {
  readonly owner: Record<string, unknown>
  readonly key: string
}

function places(value: unknown, found: Place[] = []): Place[] {
  if (typeof value !== 'object' || value === null) return found
  for (const [key, inner] of Object.entries(value)) {
    found.push({ owner: value as Record<string, unknown>, key })
    places(inner, found)
  }
  return found
}

/** Well-formed JSON with values that are wrong, missing, swapped or repeated, as another program or version might write. */
function atPlace(change: (place: Place, all: readonly Place[]) => void): (at: number) => Damage {
  return (at) => (text) => {
    const document = parsed(text)
    const all = places(document)
    const place = all[at % Math.max(1, all.length)]
    if (place) change(place, all)
    return JSON.stringify(document)
  }
}
const values: fc.Arbitrary<Damage> = fc.oneof(
  fc.tuple(fc.nat(), fc.constantFrom(...oddValues)).map(([at, odd]) => atPlace(({ owner, key }) => (owner[key] = odd))(at)),
  fc.nat().map(atPlace(({ owner, key }) => Reflect.deleteProperty(owner, key))),
  fc.tuple(fc.nat(), fc.nat()).map(([at, other]) =>
    atPlace(({ owner, key }, all) => {
      const from = all[other % all.length]!
      owner[key] = structuredClone(from.owner[from.key])
    })(at),
  ),
  fc.tuple(fc.nat(), fc.nat()).map(([one, other]): Damage => (text) => {
    const document = parsed(text) as { graph?: { edges?: unknown } } | null
    const edges: unknown = document?.graph?.edges
    if (!Array.isArray(edges) || edges.length === 0) return text
    const [a, b] = [one, other].map((at) => edges[at % edges.length] as { from: unknown; to: unknown })
    edges.push({ from: a?.to, to: b?.from }, { from: a?.from, to: b?.to }) // reversed, and duplicated
    return JSON.stringify(document)
  }),
)

/** Null if the text is not JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const damaged = fc
  .tuple(fc.nat(), fc.array(values, { minLength: 1, maxLength: 3 }), fc.option(bytes, { freq: 3 }))
  .map(([which, first, last]) =>
    [...first, ...(last ? [last] : [])].reduce((text, damage) => damage(text), originals[which % 3]!),
  )

/** Small documents of all kinds, most of them invalid, and some that describe huge models. */
const anyDocument = fc.oneof({ weight: 1, arbitrary: damaged }, { weight: 7, arbitrary: hostile })

const specs = new Map<string, TaskSpec>()

/**
 * What the page and the host do with a document. Work that a host does itself, or a page before it draws anything, must be
 * bounded.
 */
function expectBounded(text: string): 'refused' | 'wrong' | 'small' | 'large' {
  let document: LabDocument
  try {
    document = parseLab(text)
  } catch (error) {
    expectSentence(error)
    return 'refused'
  }
  expect(text.length).toBeLessThanOrEqual(MAXIMUM_LAB_BYTES)
  expect(exceeded(document, labBounds)).toBeNull()
  const { nodes, edges } = expandGroups(document.graph).graph
  expect(nodes.length).toBeLessThanOrEqual(4000)
  expect(edges.length).toBeLessThanOrEqual(16_000)
  const task = JSON.stringify(document.task)
  let spec = specs.get(task)
  try {
    spec ??= createTask(document.task, null).spec
    specs.set(task, spec)
  } catch (error) {
    expectSentence(error)
    return 'refused'
  }
  if (isLargerThan(250, document, spec.signature)) return 'large'
  const { problems } = analyse(document, spec.signature)
  for (const problem of problems) expectSentence(fromProblem(problem))
  return problems.length > 0 ? 'wrong' : 'small'
}

/** A failure must be a LabError with all parameters of its message. */
function expectSentence(error: unknown): void {
  expect(error).toBeInstanceOf(LabError)
  const { code, params } = error as LabError
  expect(code, (error as LabError).message).not.toBe('internal')
  const needed = [...errors[code].matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
  expect(Object.keys(params)).toEqual(expect.arrayContaining(needed))
}

it('10,000 documents, damaged or hostile, are bounded before they are processed', { timeout: 900_000 }, () => {
  const counts = { refused: 0, wrong: 0, small: 0, large: 0 }
  /** Duration of each document in milliseconds. */
  const slow: number[] = []
  const runs = repeats(10_000, 100_000)
  fc.assert(
    fc.property(anyDocument, (text) => {
      const began = process.cpuUsage()
      counts[expectBounded(text)]++
      const { user, system } = process.cpuUsage(began)
      slow.push((user + system) / 1000)
    }),
    { numRuns: runs, seed: 20261128 },
  )
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(runs / 100) // every kind occurs
  expect(process.memoryUsage().heapUsed).toBeLessThan(2 ** 30)
  // CPU time, as the machine may be busy. The slowest 1% are files of megabytes, which hosts do not parse while serving.
  if (runs > 10_000) expect(slow.toSorted((a, b) => b - a)[runs / 100]).toBeLessThan(50)
})

it('2,000 damaged labs are opened, checked and started', { timeout: 300_000 }, async () => {
  const file = join(home, 'damaged.json')
  const said: string[] = []
  const output: Output = {
    columns: null,
    line: () => undefined,
    draw: () => undefined,
    say: (text) => said.push(text),
    json: (value) => said.push(JSON.stringify(value)),
  }
  const interrupted = new AbortController().signal
  const trials = createTrials(fakeWorkers().spawn, () => false)
  let refused = 0
  await fc.assert(
    fc.asyncProperty(damaged, async (text) => {
      const began = performance.now()
      try {
        parseLab(text)
      } catch (error) {
        refused++
        expectSentence(error)
      }

      said.length = 0
      await writeFile(file, text)
      const code = await check(
        { lab: file, json: true, data: null, trial: true },
        { labs, trials, interrupted, output, texts: textsIn('en') },
      )
      const report = JSON.parse(said[0]!) as { ok: boolean; errors: { code: string; message: string }[] }
      expect(report.ok).toBe(code === 0)
      expect(report.errors.length > 0).toBe(code === 1)
      expect(report.errors.map((error) => error.code)).not.toContain('internal')

      const lab = parsed(text)
      try {
        const { run } = await host.call['runs.start']({ lab: lab as never, engine: 'auto', data: null })
        await host.call['runs.command']({ run, command: 'stop' })
        expect(report.ok).toBe(true)
      } catch (error) {
        expectSentence(error)
      }
      expect(performance.now() - began).toBeLessThan(10_000)
    }),
    { numRuns: 2000, seed: 20261123, interruptAfterTimeLimit: 280_000, markInterruptAsFailure: true },
  )
  expect(refused).toBeGreaterThan(500) // the damage has effects
})

/** Event files, by their specification and by TensorBoard's own reader. */
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { RunSeries } from '@core/series/series'
import { needsWitness, runWitness } from '../testing/witness'
import { crc32c, histogramOf, writeEvents } from './event-file'
import { openSource, type ExportSource } from './source'
import { tensorboard } from './tensorboard'
import { commands, root } from './testing/commands'

const { run, path } = commands()
const never = new AbortController().signal
const options = { dtype: 'F32', attention: false } as const
const saved = (name: string): string => join(root, 'src/main/service/fixtures/version-0.1.0/kept', name)

describe('records', () => {
  it('have the checksums of RFC 3720, appendix B.4', () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43)
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e)
  })
  it('are length, checksum, content, checksum', () => {
    const bytes = Buffer.from(writeEvents([]))
    const length = Number(bytes.readBigUInt64LE(0))
    expect(bytes.length).toBe(8 + 4 + length + 4)
    expect(bytes.subarray(12, 12 + length).toString('latin1')).toContain('brain.Event:2')
  })
})

it('a histogram has each value in the bin below its limit, and the sums of all', () => {
  const values = Array.from({ length: 640 }, (_, i) => i / 10)
  const found = histogramOf([...values, NaN, Infinity])!
  expect(found).toMatchObject({ min: 0, max: 63.9, count: 640 })
  expect(found.sum).toBeCloseTo((639 * 640) / 20)
  found.limits.forEach((limit, bin) => {
    const below = found.counts.slice(0, bin + 1).reduce((sum, count) => sum + count, 0)
    expect(Math.abs(below - values.filter((value) => value <= limit).length)).toBeLessThanOrEqual(1)
  })
  expect(histogramOf([2, 2])).toMatchObject({ limits: [2], counts: [2], sumOfSquares: 8 })
  expect(histogramOf([NaN])).toBeNull()
})

describe('the plan', () => {
  it('says what is not known: curves of an untrained lab, times of a run of an earlier version', async () => {
    const plan = async (...args: string[]) => (await run(['export', ...args, '--to', 'tensorboard', '--plan', '--json'])).json
    expect(await plan('reverse')).toMatchObject([{ missing: [{ code: 'export.no-curves' }] }])
    expect(await plan(saved('pairs'))).toMatchObject([{ missing: [{ code: 'export.no-times' }] }])
  })
})

describe('TensorBoard', () => {
  it('reads several runs as the folders of one: every point of their curves, and all weights', async (context) => {
    needsWitness(context)
    const { code, json } = await run([
      ...['export', saved('pairs'), saved('characters'), '--to', 'tensorboard'],
      ...['--verify', '--json', '--out', path('logs')],
    ])
    expect(code).toBe(0)
    expect(await readdir(path('logs'))).toEqual(['characters', 'pairs'])
    const done = json.filter((line) => (line as { type: string }).type === 'done')
    expect(done).toMatchObject([0, 1].map(() => ({ certificate: { passed: true } })))
  }, 60_000)

  it('sees the time of each step, and the lab as a text', async (context) => {
    needsWitness(context)
    const old = await openSource({ kind: 'run', directory: saved('characters'), data: null, at: 'newest' }, never)
    const series = new RunSeries()
    const points = (...values: number[]) => ({ steps: Int32Array.of(1, 3, 5), values: Float32Array.from(values) })
    series.add({ loss: points(3, 2, 1), seconds: points(0.5, 2, 4.5) })
    const status = { ...old.record!.status, run: 'mx0phcp2-21d00f7c50ed' }
    const source: ExportSource = { ...old, series, step: 5, record: { ...old.record!, status } }
    expect((await tensorboard.plan(source, options)).missing).toEqual([])
    await mkdir(path('timed'))
    await tensorboard.write(source, path('timed'), { options, progress: () => undefined, signal: never })
    const told = await runWitness(['-c', reading, path('timed')])
    const began = parseInt('mx0phcp2', 36) / 1000
    const { scalars, text } = JSON.parse(told) as { scalars: number[][]; text: string }
    expect(scalars.map(([step, value]) => [step, value])).toEqual([[1, 3], [3, 2], [5, 1]]) // prettier-ignore
    scalars.forEach(([, , time], index) => expect(time).toBeCloseTo(began + [0.5, 2, 4.5][index]!, 3))
    expect(JSON.parse(text.split('```')[1]!.replace('json', ''))).toEqual(JSON.parse(JSON.stringify(source.lab)))
  }, 60_000)
})

const reading = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
reader = EventAccumulator(sys.argv[1])
reader.Reload()
scalars = [[event.step, event.value, event.wall_time] for event in reader.Scalars('training/loss')]
tensor = reader.Tensors('lab')[0].tensor_proto
assert reader.summary_metadata['lab'].plugin_data.plugin_name == 'text'
print(json.dumps({'scalars': scalars, 'text': tensor.string_val[0].decode()}))
`

it('the file contains no name of this computer', async () => {
  await run(['export', 'reverse', '--to', 'tensorboard', '--out', path('plain')])
  const [name] = await readdir(path('plain'))
  expect(name).toBe('events.out.tfevents.1.attention-lab')
  expect((await readFile(join(path('plain'), name!))).length).toBeGreaterThan(1000)
})

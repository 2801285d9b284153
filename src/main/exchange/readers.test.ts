/** Weights and event files of labs that use every block, by the reference readers: every number of every lab. */
import { mkdir } from 'node:fs/promises'
import { RunSeries } from '@core/series/series'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasWitness, needsWitness } from '../testing/witness'
import type { Exporter, Writing } from './exporter'
import { safetensors } from './safetensors'
import type { ExportSource } from './source'
import { tensorboard } from './tensorboard'
import { commands } from './testing/commands'
import { sourcesForExport } from './testing/labs'
import { onePython, type OnePython } from './testing/one-python'

const { path } = commands()
let sources: readonly ExportSource[]
let python: OnePython | undefined
beforeAll(async () => {
  sources = await sourcesForExport()
  expect(sources.length).toBeGreaterThanOrEqual(12)
  if (hasWitness) python = onePython()
})
afterAll(() => python?.close())

const writing = (dtype: Writing['options']['dtype'] = 'F32'): Writing => ({
  ...{ options: { dtype, attention: false }, progress: () => undefined, signal: new AbortController().signal },
})

/** The largest difference that the format's own verification finds, for each source. */
async function differences(exporter: Exporter, all: readonly ExportSource[], name: string, how: Writing): Promise<number[]> {
  const found = []
  for (const [index, source] of all.entries()) {
    const folder = path(`${name}-${index}`)
    await mkdir(folder)
    await exporter.write(source, folder, how)
    const verified = await exporter.verify!(source, folder, python!, how)
    found.push(Math.max(...verified.differences.map(({ value }) => value)))
  }
  return found
}

/** With curves, as after training. */
function withCurves(source: ExportSource): ExportSource {
  const series = new RunSeries()
  const points = (...values: number[]) => ({ steps: Int32Array.of(1, 2, 5), values: Float32Array.from(values) })
  series.add({ loss: points(3, 0.1, NaN), 'validation/accuracy': points(0, 0.3, 1), seconds: points(0.5, 1, 2.5) })
  return { ...source, series }
}

describe('the reference reader finds every number of every lab', () => {
  it.for(['F32', 'F16', 'BF16'] as const)('in safetensors of %s', async (dtype, context) => {
    needsWitness(context)
    expect(await differences(safetensors, sources, dtype, writing(dtype))).toEqual(sources.map(() => 0))
  })

  it('in the event files of TensorBoard', async (context) => {
    needsWitness(context)
    expect(await differences(tensorboard, sources.map(withCurves), 'events', writing())).toEqual(sources.map(() => 0))
  })

  it('and one that was changed', async (context) => {
    needsWitness(context)
    const [source] = sources as readonly [ExportSource, ...ExportSource[]]
    for (const exporter of [safetensors, tensorboard]) {
      const folder = path(exporter === safetensors ? 'changed-weights' : 'changed-events')
      await mkdir(folder)
      await exporter.write(withCurves(source), folder, writing())
      const [name, tensor] = [...source.weights][0]!
      const data = Float32Array.from(tensor.data, (value, index) => (index === 0 ? value + 1e-3 : value))
      const other = { ...withCurves(source), weights: new Map([...source.weights, [name, { ...tensor, data }]]) }
      const less = { ...withCurves(source), series: new RunSeries() }
      const { differences: found } = await exporter.verify!(exporter === safetensors ? other : less, folder, python!, writing())
      expect(Math.max(...found.map(({ value }) => value))).toBeGreaterThan(1e-4)
    }
  })
})

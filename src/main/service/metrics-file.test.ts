import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { RunSeries, type SeriesParts } from '@core/series/series'
import { openMetrics, readMetrics } from './metrics-file'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'metrics-'))
  path = join(folder, 'metrics.jsonl')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const points = (...all: readonly (readonly [step: number, value: number])[]) => ({
  steps: Int32Array.from(all, ([step]) => step),
  values: Float32Array.from(all, ([, value]) => value),
})
const listed = (series: RunSeries) =>
  Object.fromEntries(
    Object.entries(series.snapshot()).map(([name, { steps, values }]) => [
      name,
      [...steps].map((step, i) => [step, values[i]]),
    ]),
  )
async function write(...parts: SeriesParts[]): Promise<void> {
  const file = openMetrics(path, (error) => expect.unreachable(error.message))
  for (const part of parts) file.append(part)
  await file.close()
}
const read = async (...lines: readonly unknown[]) => {
  await writeFile(path, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)) + '\n').join(''))
  return listed(await readMetrics(path))
}

describe('a metrics file', () => {
  it('has a line per step and per evaluation', async () => {
    await write({
      loss: points([1, 2.5], [2, 2.25]),
      gradientNorm: points([1, 0.5], [2, 0.25]),
      learningRate: points([1, 0.125], [2, 0.125]),
      'validation/loss': points([2, 2.125]),
      'validation/accuracy': points([2, 0.75]),
    })
    expect((await readFile(path, 'utf8')).trimEnd().split('\n')).toEqual([
      '{"step":1,"loss":2.5,"gradientNorm":0.5,"learningRate":0.125}',
      '{"step":2,"loss":2.25,"gradientNorm":0.25,"learningRate":0.125}',
      '{"evaluation":{"step":2,"loss":2.125,"metrics":{"accuracy":0.75}}}',
    ])
  })

  it('loses no line after one that a killed process left incomplete', async () => {
    await write({ loss: points([1, 2.5]) })
    await appendFile(path, '{"step":2,"lo')
    await write({ loss: points([2, 2.25], [3, 2.125]) })
    await write({ loss: points([4, 2]) })
    expect(listed(await readMetrics(path))).toEqual({
      loss: [
        [1, 2.5],
        [2, 2.25],
        [3, 2.125],
        [4, 2],
      ],
    })
  })

  it('gives back the series written, also after it was reopened', async () => {
    const parts = [
      { loss: points([1, 2.5], [2, 2.25]), accuracy: points([1, 0.5], [2, 0.5]) },
      { loss: points([3, 1.5]), accuracy: points([3, 0.75]), 'validation/loss': points([3, 1.75]) },
    ]
    for (const part of parts) await write(part)
    const series = new RunSeries()
    for (const part of parts) series.add(part)
    expect(listed(await readMetrics(path))).toEqual(listed(series))
  })

  it('of version 0.1.0 is read with the current names of metrics; accuracies that a model lacks were null', async () => {
    expect(
      await read(
        { step: 1, loss: 2, accuracy: null },
        { step: 2, loss: 1, accuracy: null },
        { evaluation: { step: 2, loss: 1.5, metrics: { f1: 0.5 } } },
      ),
    ).toEqual({
      loss: [
        [1, 2],
        [2, 1],
      ],
      'validation/loss': [[2, 1.5]],
      'validation/f1Micro': [[2, 0.5]],
    })
  })

  it('is cut where the run resumed from an earlier checkpoint', async () => {
    expect(
      await read(
        { step: 1, loss: 1 },
        { step: 2, loss: 2 },
        { evaluation: { step: 2, loss: 20, metrics: {} } },
        { step: 3, loss: 3 },
        { evaluation: { step: 3, loss: 30, metrics: {} } },
        { step: 3, loss: 33 },
        { evaluation: { step: 3, loss: 330, metrics: {} } },
      ),
    ).toEqual({
      loss: [
        [1, 1],
        [2, 2],
        [3, 33],
      ],
      'validation/loss': [
        [2, 20],
        [3, 330],
      ],
    })
  })

  it('keeps the last evaluation of a step', async () => {
    const evaluation = (loss: number) => ({ evaluation: { step: 2, loss, metrics: {} } })
    expect(await read(evaluation(5), evaluation(4))).toEqual({ 'validation/loss': [[2, 4]] })
  })

  it('has a gap for a damaged line, and no series if the file is missing', async () => {
    const lines = [
      '{"step":1,"loss":1}',
      '{"step":2,"lo',
      '',
      '[]',
      '{"step":-1,"loss":9}',
      '{"step":3,"loss":"x"}',
      '{"step":4,"loss":4}',
    ]
    expect(await read(...lines)).toEqual({
      loss: [
        [1, 1],
        [4, 4],
      ],
    })
    await rm(path)
    expect(listed(await readMetrics(path))).toEqual({})
  })

  it('is read in time linear in its length, also with an evaluation at each step', { timeout: 60_000 }, async () => {
    // 40,000 lines took 163 s when each evaluation was inserted into a sorted list.
    const lines = Array.from({ length: 40_000 }, (_, index) => [
      `{"step":${index + 1},"loss":${index}}`,
      `{"evaluation":{"step":${index + 1},"loss":${index},"metrics":{"accuracy":0.5}}}`,
    ])
    await writeFile(path, lines.flat().join('\n'))
    const series = await readMetrics(path)
    expect(series.get('validation/accuracy')?.points().steps).toHaveLength(40_000)
    expect(series.get('loss')?.last).toBe(39_999)
  })
})

it('a file that cannot be written is reported once, and blocks nothing', async () => {
  const failed = vi.fn()
  const file = openMetrics(join(folder, 'missing', 'metrics.jsonl'), failed)
  file.append({ loss: points([1, 1]) })
  await vi.waitFor(() => expect(failed).toHaveBeenCalledOnce())
  file.append({ loss: points([2, 1]) })
  await file.close()
  expect(failed).toHaveBeenCalledOnce()
})

/** The record of a run as an event file of TensorBoard: its curves, histograms of its weights, and its lab as a text. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { beginningOf } from '@core/contract/run-outline'
import type { Problem } from '@core/errors'
import { timeOf } from '@core/series/along'
import { metricOf, timeSeries } from '@core/series/units'
import { histogramOf, writeEvents, type LoggedEvent, type LoggedValue } from './event-file'
import type { Exporter } from './exporter'
import { inScratch } from './files'
import type { ExportSource } from './source'

/** TensorBoard finds files by `tfevents` in their names. */
const file = 'events.out.tfevents.1.attention-lab'

/** TensorBoard groups tags by what comes before the slash. */
const tagOf = (series: string): string => (metricOf(series) === null ? `training/${series}` : series)

/** The curves by tag; the time of a step is that of its events instead. */
function scalarsOf({ series }: ExportSource): ReadonlyMap<string, readonly (readonly [step: number, value: number])[]> {
  const names = series.names.filter((name) => name !== timeSeries)
  return new Map(
    names.map((name) => {
      const { steps, values } = series.get(name)!.points()
      return [tagOf(name), Array.from(steps, (step, index) => [step, values[index]!] as const)]
    }),
  )
}

function eventsOf(source: ExportSource): LoggedEvent[] {
  const { lab, step: last, weights, record, series } = source
  const began = ((record && beginningOf(record.status.run)) ?? 0) / 1000
  const seconds = timeOf(series)
  let now = began
  /** Never earlier than the event before. */
  const timeAt = (step: number): number => {
    const taken = seconds?.(step) ?? NaN
    return (now = Number.isNaN(taken) ? now : began + taken)
  }
  const steps = new Map<number, LoggedValue[]>([
    [0, [{ tag: 'lab', text: `\`\`\`json\n${JSON.stringify(lab, null, 2)}\n\`\`\`` }]],
  ])
  const log = (step: number, value: LoggedValue): void => {
    steps.set(step, [...(steps.get(step) ?? []), value])
  }
  for (const [tag, points] of scalarsOf(source)) for (const [step, scalar] of points) log(step, { tag, scalar })
  for (const [name, { data }] of weights) {
    const histogram = histogramOf(data)
    if (histogram) log(last, { tag: `weights/${name}`, histogram })
  }
  return [...steps].sort(([a], [b]) => a - b).map(([step, values]) => ({ step, values, time: timeAt(step) }))
}

function missingOf({ series, record }: ExportSource): Problem[] {
  if (series.names.length === 0) return [{ code: 'export.no-curves', params: {} }]
  const isTimed = record !== null && beginningOf(record.status.run) !== null && timeOf(series) !== null
  return isTimed ? [] : [{ code: 'export.no-times', params: {} }]
}

export const tensorboard: Exporter = {
  keepsAdapters: () => true, // curves and histograms of what was trained

  plan: (source) => ({ files: [{ path: file, bytes: null }], refused: [], missing: missingOf(source) }),

  async write(source, folder, { progress }) {
    progress({ done: 0, of: 1 })
    await writeFile(join(folder, file), writeEvents(eventsOf(source)))
    progress({ done: 1, of: 1 })
  },

  /** TensorBoard's own reader must find every point, and as many weights as there are. */
  async verify(source, folder, python, { signal }) {
    const versions = await python.require(['tensorboard'])
    return inScratch(async (scratch) => {
      const expected = join(scratch, 'expected.json')
      const weights = [...source.weights].map(([name, { data }]) => [`weights/${name}`, histogramOf(data)?.count ?? 0] as const)
      await writeFile(
        expected,
        JSON.stringify({ scalars: Object.fromEntries(scalarsOf(source)), weights: Object.fromEntries(weights) }),
      )
      const told = await python.run(comparison, [folder, expected], { signal })
      const { scalars, counts } = z.object({ scalars: z.number(), counts: z.number() }).parse(JSON.parse(told))
      const exact = { limit: 0 }
      return {
        differences: [
          { name: 'scalars', value: scalars, ...exact },
          { name: 'histogram counts', value: counts, ...exact },
        ],
        versions,
      }
    })
  },
}

/** Prints the largest difference of the points (another number of them, or another step, counts as 1e30), and of the counted weights. */
export const comparison = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
reader = EventAccumulator(sys.argv[1], size_guidance={'scalars': 0, 'histograms': 0, 'tensors': 0})
reader.Reload()
expected = json.load(open(sys.argv[2]))
tags = reader.Tags()
worst = 0.0 if set(tags['scalars']) == set(expected['scalars']) else 1e30
for tag, points in expected['scalars'].items():
    found = reader.Scalars(tag) if tag in tags['scalars'] else []
    if [event.step for event in found] != [step for step, _ in points]:
        worst = 1e30
        continue
    for event, (_, value) in zip(found, points):
        if value is not None and event.value != value:
            worst = max(worst, abs(event.value - value))
counts = 0.0 if set(tags['histograms']) == set(expected['weights']) else 1e30
for tag in set(tags['histograms']) & set(expected['weights']):
    histogram = reader.Histograms(tag)[-1].histogram_value
    counts = max(counts, abs(sum(histogram.bucket) - expected['weights'][tag]), abs(histogram.num - expected['weights'][tag]))
print(json.dumps({'scalars': worst, 'counts': counts}))
`

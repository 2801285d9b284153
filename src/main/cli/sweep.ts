/** `sweep FILE`: trains and measures every point of a sweep with every seed, in parallel. Each result is on the disk before the next is begun. */
import { availableParallelism } from 'node:os'
import { z } from 'zod'
import type { EngineChoice } from '@core/contract/engine'
import { LabError } from '@core/errors'
import { measures as formats } from '@core/experiments/measures'
import { experimentValues, withInfinity } from '@core/experiments/values'
import { summarise } from '@core/experiments/verdict'
import { cell, columnsOf } from '@core/experiments/written'
import {
  experimentOfSweep,
  parseSweep,
  pointsOf,
  readSweep,
  settingNames,
  sweepFile,
  withNamedLab,
  type Sweep,
} from '@core/sweeps/sweep'
import { createBench, runExperiment, type Taken } from '../experiments/run'
import { fileError } from '../service/file-error'
import { readJson, readLabText, writeAtomically } from '../service/files'
import type { Labs } from '../service/labs'
import type { Spawn } from '../service/spawn'
import type { Texts } from '../texts'
import type { Output } from './output'
import { findLab } from './read-lab'
import { table } from './table'

export interface SweepOptions {
  readonly file: string
  readonly json: boolean
  readonly engine: EngineChoice
  /** Results, kept after each run; by default beside the file. */
  readonly out: string | null
}

interface Context {
  readonly labs: Labs
  readonly spawn: Spawn
  readonly output: Output
  readonly texts: Texts
  readonly interrupted: AbortSignal
}

const results = z.object({
  format: z.literal('attention-lab-sweep-results'),
  version: z.literal(1),
  sweep: sweepFile,
  engine: z.string().nullable(),
  taken: z.record(z.string(), z.record(z.string().regex(/^\d+$/), experimentValues)),
})

/** Returns the exit code: 0, or 130 if interrupted. Called again, it goes on where it ended. Throws LabError. */
export async function sweep(options: SweepOptions, { labs, spawn, output, texts, interrupted }: Context): Promise<number> {
  const planned = readSweep(
    await withNamedLab(parseSweep(await readLabText(options.file), options.file), (name) => findLab(name, labs)),
  )
  const points = pointsOf(planned)
  const experiment = experimentOfSweep(planned)
  const path = options.out ?? options.file.replace(/(\.json)?$/, '.results.json')
  const before = await resultsIn(path, planned)
  let engine = before.engine
  const processes = Math.min(availableParallelism(), points.length * planned.seeds.length)
  const benches = Array.from({ length: processes }, () => createBench(spawn, options.engine, (name) => (engine = name)))
  const end = (): void => benches.forEach((bench) => bench.end())
  interrupted.addEventListener('abort', end, { once: true })
  const keep = (taken: Taken): Promise<void> =>
    writeAtomically(path, `${JSON.stringify({ ...emptyResults(planned), engine, taken }, withInfinity)}\n`)
  // One write at a time, the newest last.
  let writing: Promise<void> = Promise.resolve()
  try {
    const measurements = await runExperiment({ experiment, quick: false, seeds: planned.seeds }, benches, {
      signal: interrupted,
      taken: before.taken,
      onTaken(taken, done, of) {
        output.say(texts.cli('sweepProgress', { done, of }))
        const now = structuredClone(taken)
        return (writing = writing.then(() => keep(now)))
      },
    })
    if (!measurements) return 130
    const names = settingNames(planned)
    const rows = points.map(({ id, values }) => ({
      settings: Object.fromEntries(names.map((name, index) => [name, values[index]!])),
      measures: Object.fromEntries(planned.measures.map((name) => [name, columnsOf(measurements[id]!, name)])),
    }))
    if (options.json) {
      for (const { settings, measures } of rows) {
        const summaries = Object.entries(measures).map(([name, columns]) => [name, columns.map(summarise)] as const)
        output.json({ type: 'point', settings, measures: Object.fromEntries(summaries) })
      }
      output.json({ type: 'done', points: rows.length, seeds: planned.seeds.length, engine, results: path })
      return 0
    }
    const written = rows.map(({ settings, measures }) => [
      ...Object.values(settings).map(String),
      ...planned.measures.map((name) => cell(measures[name]!, formats[name])),
    ])
    const titles = planned.measures.map((name) => texts.experiments.measures[name])
    for (const line of table([...names, ...titles], written)) output.line(line)
    return 0
  } catch (error) {
    if (interrupted.aborted) return 130
    throw error
  } finally {
    end()
  }
}

const emptyResults = (planned: Sweep): z.output<typeof results> => ({
  ...{ format: 'attention-lab-sweep-results', version: 1, sweep: planned, engine: null, taken: {} },
})

/** Results of an earlier part of the same sweep. Throws LabError `sweep.other-results` for a file that is not its own. */
async function resultsIn(path: string, planned: Sweep): Promise<z.output<typeof results>> {
  let stored: unknown
  try {
    stored = await readJson(path)
  } catch (error) {
    const reason = error instanceof SyntaxError ? new LabError('sweep.other-results', { path }) : fileError(path, error)
    if (reason.code === 'file.missing') return emptyResults(planned)
    throw reason
  }
  const found = results.safeParse(stored).data
  if (!found || JSON.stringify(found.sweep) !== JSON.stringify(planned)) throw new LabError('sweep.other-results', { path })
  return found
}

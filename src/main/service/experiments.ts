/**
 * The experiments of a workspace, one file `experiments/ID.json` each, written after every job so that an interrupted
 * experiment can be resumed. Jobs run in separate processes on cores that training runs leave free.
 */
import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { aborted, onAbort } from '@core/contract/cancel'
import {
  experimentId,
  experimentRequest,
  experimentStates,
  isUnderWay,
  provenance,
  type ExperimentRequest,
  type ExperimentsPart,
  type ExperimentStatus,
} from '@core/contract/experiments'
import type { Call } from '@core/contract/table'
import { LabError, toProblem, type Problem } from '@core/errors'
import { experimentOf, isSweep } from '@core/sweeps/source'
import { experimentValues, withInfinity } from '@core/experiments/values'
import type { Measurements } from '@core/experiments/verdict'
import { createBench, finishedPart, measurementsOf, runExperiment, type Taken } from '../experiments/run'
import { machineName } from '../engine/surroundings'
import { fileError } from './file-error'
import { namesIn, ownerOnly, readJson, writeAtomically } from './files'
import type { RunQueue } from './queue'
import type { Spawn } from './spawn'
import { Turns } from './turns'

const file = experimentRequest.extend({
  format: z.literal('attention-lab-measurements'),
  version: z.literal(1),
  state: z.enum(experimentStates),
  begun: z.number(),
  seconds: z.number(),
  problem: z.custom<Problem>().nullable(),
  provenance,
  taken: z.record(z.string(), z.record(z.string().regex(/^\d+$/), experimentValues)),
})

interface Kept {
  status: ExperimentStatus
  taken: Taken
  /** Null unless it is in progress. */
  abort: AbortController | null
}

export interface Experiments {
  /**
   * Streams all experiments, then those that change, at most five times a second, and the ids of removed ones. Until cancelled.
   */
  watch(call: Call<ExperimentsPart>): Promise<null>
  start(request: ExperimentRequest): Promise<ExperimentStatus>
  /** Resumes an interrupted, cancelled or failed experiment. Throws `experiment.not-kept` or `experiment.finished`. */
  resume(id: string): Promise<ExperimentStatus>
  /** Ends its processes at once and keeps its measurements. Throws `experiment.not-kept`. */
  cancel(id: string): Promise<ExperimentStatus>
  /** Throws `experiment.not-kept`. */
  remove(id: string): Promise<void>
  readonly underWay: boolean
  close(): Promise<void>
}

export interface ExperimentsOptions {
  readonly directory: string
  readonly spawn: Spawn
  readonly queue: Pick<RunQueue, 'core'>
  readonly version: string
  readonly log: (where: string, error: unknown) => void
}

/** Milliseconds between parts of a stream. */
const watchEvery = 200
/** Although measurements train small models, more processes would compete for memory bandwidth. */
const mostBenches = 4

export async function openExperiments({ directory, spawn, queue, version, log }: ExperimentsOptions): Promise<Experiments> {
  const all = new Map<string, Kept>()
  const watchers = new Set<(id: string) => void>()
  const pathOf = (id: string): string => join(directory, `${id}.json`)
  const running = new Set<Promise<void>>()
  const turns = new Turns()

  for (const name of await namesIn(directory)) {
    const id = name.replace(/\.json$/, '')
    if (id === name || !experimentId.safeParse(id).success) continue
    try {
      all.set(id, restored(id, file.parse(await readJson(pathOf(id)))))
    } catch (error) {
      log(`experiments/${name}`, error) // the file stays in place
    }
  }

  function change(id: string, changes: Partial<ExperimentStatus>): ExperimentStatus {
    const kept = all.get(id)
    if (!kept) throw new LabError('experiment.not-kept')
    kept.status = { ...kept.status, ...changes }
    for (const wake of watchers) wake(id)
    return kept.status
  }
  const keep = (id: string): Promise<void> =>
    turns.take(async () => {
      const kept = all.get(id)
      if (kept) await writeAtomically(pathOf(id), contentOf(kept), ownerOnly)
    })

  async function carryOut(id: string, kept: Kept, abort: AbortController): Promise<void> {
    const { engine, quick, seeds, seconds: before } = kept.status
    const experiment = experimentOf(kept.status.experiment)
    const began = performance.now()
    const seconds = (): number => before + (performance.now() - began) / 1000
    const remaining = kept.status.of - kept.status.done
    const onEngine = (name: string): void => {
      change(id, { provenance: { ...kept.status.provenance, engine: name } })
    }
    const count = Math.max(1, Math.min(mostBenches, availableParallelism(), remaining))
    const benches = Array.from({ length: count }, () => createBench(spawn, engine, onEngine))
    const end = (): void => benches.forEach((bench) => bench.end())
    const forget = onAbort(abort.signal, end)
    try {
      const measurements = await runExperiment({ experiment, quick, seeds }, benches, {
        signal: abort.signal,
        taken: kept.taken,
        core: async () => {
          const giveBack = await queue.core(abort.signal)
          if (kept.status.state === 'waiting') change(id, { state: 'running' })
          return giveBack
        },
        onTaken: async (taken, done) => {
          kept.taken = structuredClone(taken)
          change(id, { done, seconds: seconds(), measurements: measuredSoFar(kept.status, kept.taken) })
          await keep(id)
        },
        onProgress: (done) => void change(id, { done, seconds: seconds() }),
      })
      if (measurements) change(id, { state: 'finished', done: kept.status.of, seconds: seconds(), measurements })
    } catch (error) {
      if (!abort.signal.aborted) change(id, { state: 'failed', problem: toProblem(error) })
    } finally {
      forget()
      end()
      kept.abort = null
      if (all.has(id)) await keep(id).catch((error: unknown) => change(id, { problem: toProblem(error) }))
    }
  }

  function begin(id: string, kept: Kept): ExperimentStatus {
    const abort = new AbortController()
    kept.abort = abort
    const status = change(id, { state: 'waiting', problem: null, done: countOf(kept.taken) })
    const work = carryOut(id, kept, abort).finally(() => running.delete(work))
    running.add(work)
    return status
  }

  function find(id: string): Kept {
    const kept = all.get(id)
    if (!kept) throw new LabError('experiment.not-kept')
    return kept
  }

  return {
    async watch(call) {
      const changed = new Set(all.keys())
      let wake = (): void => undefined
      const watcher = (id: string): void => {
        changed.add(id)
        wake()
      }
      watchers.add(watcher)
      const cancelled = aborted(call.signal)
      while (!call.signal.aborted) {
        const ids = [...changed]
        changed.clear()
        call.part({
          experiments: ids.flatMap((id) => all.get(id)?.status ?? []),
          removed: ids.filter((id) => !all.has(id)),
        })
        await call.taken()
        await Promise.race([sleep(watchEvery), cancelled])
        if (changed.size === 0) await Promise.race([new Promise<void>((resolve) => (wake = resolve)), cancelled])
      }
      watchers.delete(watcher)
      return null
    },
    async start(request) {
      const { variations } = experimentOf(request.experiment)
      const seeds = [...new Set(request.seeds)]
      const id = randomBytes(8).toString('hex')
      const status: ExperimentStatus = {
        ...request,
        ...{ id, seeds, state: 'waiting', begun: Date.now(), done: 0, of: variations.length * seeds.length, seconds: 0 },
        ...{ problem: null, measurements: null, provenance: { version, engine: request.engine, machine: machineName() } },
      }
      const kept: Kept = { status, taken: {}, abort: null }
      all.set(id, kept)
      await keep(id).catch((error: unknown) => {
        all.delete(id)
        throw error
      })
      return begin(id, kept)
    },
    async resume(id) {
      const kept = find(id)
      if (kept.status.state === 'finished') throw new LabError('experiment.finished')
      return isUnderWay(kept.status) ? kept.status : begin(id, kept)
    },
    async cancel(id) {
      const kept = find(id)
      if (!isUnderWay(kept.status)) return kept.status
      kept.abort?.abort()
      const status = change(id, { state: 'cancelled', done: countOf(kept.taken) })
      await keep(id)
      return status
    },
    async remove(id) {
      find(id).abort?.abort()
      all.delete(id)
      for (const wake of watchers) wake(id)
      await turns
        .take(() => rm(pathOf(id), { force: true }))
        .catch((error: unknown) => {
          throw fileError(pathOf(id), error)
        })
    },
    get underWay() {
      return [...all.values()].some(({ status }) => status.state === 'running')
    },
    async close() {
      for (const [id, kept] of all) {
        if (!isUnderWay(kept.status)) continue
        kept.abort?.abort()
        change(id, { state: 'interrupted' })
        await keep(id).catch((error: unknown) => log(`experiments/${id}`, error))
      }
      await Promise.all(running)
      await turns.over()
    },
  }
}

function restored(id: string, { taken, format: _, version: __, ...kept }: z.output<typeof file>): Kept {
  const experiment = experimentOf(kept.experiment)
  const interrupted = isUnderWay(kept) // its host was killed
  const isFinished = kept.state === 'finished'
  const measurements = isFinished ? measurementsOf(experiment, kept.seeds, taken) : measuredSoFar(kept, taken)
  const of = experiment.variations.length * kept.seeds.length
  const state = interrupted ? 'interrupted' : kept.state
  return { status: { ...kept, id, state, of, done: countOf(taken), measurements }, taken, abort: null }
}

function contentOf({ status, taken }: Kept): string {
  const { experiment, quick, seeds, engine, state, begun, seconds, problem, provenance: from } = status
  const kept: z.input<typeof file> = {
    ...{ format: 'attention-lab-measurements', version: 1, experiment, quick, seeds, engine, state, begun, seconds, problem },
    ...{ provenance: from, taken: taken as z.input<typeof file>['taken'] },
  }
  return JSON.stringify(kept, withInfinity)
}

/** Points of a sweep can be looked at before all are there; the claims of an experiment need all of its variations. */
const measuredSoFar = ({ experiment, seeds }: ExperimentRequest, taken: Taken): Measurements | null =>
  isSweep(experiment) ? finishedPart(experimentOf(experiment), seeds, taken) : null

const countOf = (taken: Taken): number => Object.values(taken).reduce((sum, bySeed) => sum + Object.keys(bySeed).length, 0)

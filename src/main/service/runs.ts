/** All runs of a workspace: those on disk and those under way, one process each. */
import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { RunStatus } from '@core/contract/lab'
import { isUnderWay, trains } from '@core/contract/run-state'
import { LabError, toProblem } from '@core/errors'
import { RunQueue } from './queue'
import { Run, type RunContext } from './run'
import { readRun, type RunRecord, type RunRequest } from './run-files'

export interface Runs {
  /**
   * A `paused` run waits before its first step. Beyond one run for each core it is queued. Throws LabError if its process refuses the
   * lab at once; then no run is left behind.
   */
  start(request: RunRequest, paused?: boolean): Promise<Run>
  /** Throws `run.no-checkpoint`, or `run.under-way` if there is nothing to restore. */
  restore(id: string): Promise<Run>
  /** Oldest first. */
  list(): readonly Run[]
  /** Throws `run.unknown`. */
  get(id: string): Run
  /**
   * As the run's own. One that goes on after a pause waits for its turn; `stop` takes one that waits out of the line, anything else
   * throws `run.queued`.
   */
  command(id: string, command: Parameters<Run['command']>[0]): Promise<RunStatus>
  /** Deletes a run and its files. Throws `run.still-under-way`. */
  remove(id: string): Promise<void>
  /** Ends every process, each with so many milliseconds to write its checkpoint. */
  close(grace: number): Promise<void>
}

/** `folderOf` says where a run's files go. Runs found under `directory` that no living host watches over are interrupted. */
export async function createRuns(
  directory: string,
  folderOf: (id: string) => string,
  surroundings: RunContext,
  limit = availableParallelism(),
): Promise<Runs> {
  const runs = new Map<string, Run>()
  const context: RunContext = {
    ...surroundings,
    onStatus(status) {
      surroundings.onStatus(status)
      const run = runs.get(status.run)
      if (run && status.state !== 'queued') queue.leave(run) // its process died while it waited to go on
      queue.advance()
    },
  }
  const queue = new RunQueue(limit, () => [...runs.values()].filter((run) => run.hasProcess && trains(run.status)), context.log)
  for (const run of await loadRuns(directory, context)) runs.set(run.status.run, run)

  function get(id: string): Run {
    const run = runs.get(id)
    if (!run) throw new LabError('run.unknown', { run: id })
    return run
  }

  /** A run that has ended keeps its process, so that its model can be looked at, until another one needs the memory. */
  async function endIdle(): Promise<void> {
    const idle = [...runs.values()].filter((run) => run.hasProcess && !run.underWay)
    await Promise.all(idle.map((run) => run.end(GRACE)))
  }

  /** Those that are being launched: it takes a while before their state says so. */
  const launches = new Map<Run, Promise<void>>()
  const isUsed = (run: Run): boolean => run.underWay || launches.has(run)

  async function launch(run: Run, restore: boolean, paused = false): Promise<void> {
    const launched = (): Promise<void> => {
      const launching = endIdle().then(async () => {
        await run.launch(restore, paused)
      })
      launches.set(run, launching)
      return launching.finally(() => launches.delete(run))
    }
    // A run that is taken step by step keeps no core busy.
    await (paused ? launched() : queue.enter(run, launched))
  }

  /** False if it does not wait. */
  function leaveLine(run: Run): boolean {
    const waited = queue.leave(run)
    if (waited) run.leaveLine()
    return waited
  }

  /** The oldest go when there are too many; their checkpoints fill the disk. */
  async function dropOldest(): Promise<void> {
    const old = [...runs.values()].filter((run) => !isUsed(run) && run.folder.startsWith(directory))
    for (const run of old.slice(0, Math.max(0, runs.size - MOST_RUNS))) await remove(run)
  }

  async function remove(run: Run): Promise<void> {
    runs.delete(run.status.run)
    await run.remove()
  }

  return {
    async start(request, paused = false) {
      await dropOldest()
      const id = `${Date.now().toString(36)}-${randomBytes(6).toString('hex')}` // sorts by age
      const { steps, learningRate } = request.lab.training
      const status = { run: id, state: 'starting', step: 0, steps, learningRate, parameters: 0, checkpoint: null } as const
      const record = { status: { ...status, engine: request.engine, problem: null }, summary: null }
      const run = new Run(folderOf(id), request, record, context)
      runs.set(id, run)
      try {
        await launch(run, false, paused)
      } catch (error) {
        runs.delete(id)
        await run.discard()
        throw error
      }
      return run
    },
    async restore(id) {
      const run = get(id)
      if (isUsed(run)) throw new LabError('run.under-way', { run: id })
      if (run.status.checkpoint === null) throw new LabError('run.no-checkpoint', { run: id })
      await launch(run, true)
      return run
    },
    list: () => [...runs.values()],
    get,
    async command(id, command) {
      const run = get(id)
      if (command === 'stop' && leaveLine(run) && !run.hasProcess) return run.status
      if (command !== 'resume' || run.status.state !== 'paused') return run.command(command)
      await queue.enter(run, () => run.resume())
      return run.status
    },
    async remove(id) {
      const run = get(id)
      if (isUsed(run)) throw new LabError('run.still-under-way', { run: id })
      await remove(run)
    },
    async close(grace) {
      for (const run of runs.values()) leaveLine(run)
      const end = () => Promise.all([...runs.values()].map((run) => run.end(grace)))
      await end()
      const begun = await Promise.allSettled(launches.values())
      if (begun.length > 0) await end()
    },
  }
}

const GRACE = 5000 // milliseconds
const MOST_RUNS = 200

async function loadRuns(directory: string, context: RunContext): Promise<Run[]> {
  const names = (await readdir(directory).catch(() => [])).sort()
  const loaded = await Promise.all(
    names.map(async (name) => {
      const folder = join(directory, name)
      try {
        const { request, record } = await readRun(folder)
        const othersOwn = isUnderWay(record.status) && isAlive(record.owner)
        return record.status.run !== name || othersOwn ? [] : [new Run(folder, request, settled(record), context)]
      } catch (error) {
        context.log(folder, error)
        return []
      }
    }),
  )
  return loaded.flat()
}

/** What was under way when its host went is interrupted. */
function settled({ status, summary }: RunRecord): Pick<RunRecord, 'status' | 'summary'> {
  if (!isUnderWay(status)) return { status, summary }
  const problem = toProblem(new LabError('run.host-ended', { run: status.run, step: status.checkpoint ?? 0 }))
  return { status: { ...status, state: 'interrupted', problem }, summary }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

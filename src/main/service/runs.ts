/** All runs of a workspace: those on disk and those under way, one process each. */
import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError, toProblem } from '@core/errors'
import { isUnderWay, Run, type RunContext } from './run'
import { readRun, type RunRecord, type RunRequest } from './run-files'

export interface Runs {
  /** A `paused` run waits before its first step. Throws LabError if its process refuses the lab; then no run is left behind. */
  start(request: RunRequest, paused?: boolean): Promise<Run>
  /** Throws `run.no-checkpoint`, or `run.under-way` if there is nothing to restore. */
  restore(id: string): Promise<Run>
  /** Oldest first. */
  list(): readonly Run[]
  /** Throws `run.unknown`. */
  get(id: string): Run
  /** Ends every process, each with so many milliseconds to write its checkpoint. */
  close(grace: number): Promise<void>
}

/** `folderOf` says where a run's files go. Runs found under `directory` that no living host watches over are interrupted. */
export async function createRuns(directory: string, folderOf: (id: string) => string, context: RunContext): Promise<Runs> {
  const runs = new Map<string, Run>()
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

  return {
    async start(request, paused = false) {
      await endIdle()
      const id = `${Date.now().toString(36)}-${randomBytes(6).toString('hex')}` // sorts by age
      const { steps, learningRate } = request.lab.training
      const status = { run: id, state: 'starting', step: 0, steps, learningRate, parameters: 0, checkpoint: null } as const
      const record = { status: { ...status, engine: request.engine, problem: null }, summary: null }
      const run = new Run(folderOf(id), request, record, context)
      runs.set(id, run)
      try {
        await run.launch(false, paused)
      } catch (error) {
        runs.delete(id)
        await run.discard()
        throw error
      }
      return run
    },
    async restore(id) {
      const run = get(id)
      if (run.underWay) throw new LabError('run.under-way', { run: id })
      if (run.status.checkpoint === null) throw new LabError('run.no-checkpoint', { run: id })
      await endIdle()
      await run.launch(true)
      return run
    },
    list: () => [...runs.values()],
    get,
    async close(grace) {
      await Promise.all([...runs.values()].map((run) => run.end(grace)))
    },
  }
}

const GRACE = 5000 // milliseconds

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

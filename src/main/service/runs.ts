/** All runs of a workspace, on disk and in progress, with one worker each. */
import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { engineChoice } from '@core/contract/engine'
import type { RunCheckpoint, RunReport } from '@core/contract/page-runs'
import { isUnderWay } from '@core/contract/run-state'
import type { Moments, RunCommand, RunStatus } from '@core/contract/runs'
import { LabError, toProblem } from '@core/errors'
import { labToKeep } from '@core/lab/kept'
import { keptMoments } from './kept-moments'
import { makeFolder } from './make-folder'
import { readCheckpointFiles } from './mirror-checkpoints'
import { processStart } from './process-start'
import type { Queue } from './queue'
import { Run, type RunContext } from './run'
import { readRecord, removeRunWithCheckpoints, type RunRecord, type RunRequest } from './run-files'

export interface RunsOptions extends Omit<RunContext, 'onStatus' | 'onChange' | 'forkFrom'> {
  /** Folder of the runs; created if missing. Runs that no running host owns count as interrupted. */
  readonly directory: string
  /** The folder of a run's files. */
  readonly folderOf: (id: string) => string
  /** Shared by all workspaces. */
  readonly queue: Queue
  readonly onStatus: (run: Run) => void
  readonly onRemove: (run: Run) => Promise<void>
}

/** Called when a run of the workspace changes or is removed. */
export interface RunsWatcher {
  readonly changed: (run: Run) => void
  readonly removed: (id: string) => void
}

export class Runs {
  readonly #options: RunsOptions
  readonly #context: RunContext
  readonly #runs = new Map<string, Run>()
  readonly #watchers = new Set<RunsWatcher>()
  /** Runs about to train, whose state does not show it yet. */
  readonly #claimed = new Map<Run, Promise<unknown>>()

  static async open(options: RunsOptions): Promise<Runs> {
    const runs = new Runs(options)
    for (const run of await loadRuns(options.directory, runs.#context)) runs.#runs.set(run.id, run)
    return runs
  }

  private constructor(options: RunsOptions) {
    this.#options = options
    this.#context = {
      ...options,
      forkFrom: ({ run, step }) => this.#forkFrom(run, step),
      onStatus: (run) => {
        options.onStatus(run)
        if (run.status.state !== 'queued') options.queue.leave(run) // its worker died while it was queued to resume
        options.queue.advance()
      },
      onChange: (run) => {
        if (this.#runs.has(run.id)) for (const { changed } of this.#watchers) changed(run)
      },
    }
  }

  /**
   * A `paused` run waits before its first step. Runs beyond one per core are queued. Throws LabError if its worker rejects the
   * lab at once; then no run remains.
   */
  async start(asked: RunRequest, paused = false): Promise<Run> {
    const request = { ...asked, lab: labToKeep(asked.lab) }
    const id = newId()
    const { steps, learningRate } = request.lab.training
    const status = { run: id, state: 'starting', step: 0, steps, learningRate, parameters: 0, checkpoint: null } as const
    const forkedFrom = request.forkedFrom ?? undefined
    const record = { status: { ...status, engine: request.engine, problem: null, forkedFrom }, summary: null, outline: null }
    const run = new Run(this.#options.folderOf(id), record, request, this.#context)
    this.#runs.set(id, run)
    try {
      await this.#claim(run, () => this.#launch(run, false, paused))
    } catch (error) {
      this.#forget(run)
      await run.discard()
      throw error
    }
    return run
  }

  /** Adds a run whose files `make` writes into its folder. If it fails, no run and no files remain. */
  async adopt(make: (directory: string, id: string) => Promise<void>): Promise<Run> {
    const id = newId()
    const folder = this.#options.folderOf(id)
    await makeFolder(folder)
    try {
      await make(folder, id)
      const run = new Run(folder, await readRecord(folder), null, this.#context)
      this.#runs.set(id, run)
      for (const { changed } of this.#watchers) changed(run)
      return run
    } catch (error) {
      await removeRunWithCheckpoints(folder)
      throw error
    }
  }

  /** Throws `run.no-checkpoint`, `run.under-way`, `run.finished` without `more`, or the error of its worker. */
  async resume(id: string, more: number | null): Promise<Run> {
    const run = this.get(id)
    const { checkpoint, state } = run.status
    if (this.#isUsed(run)) throw new LabError('run.under-way', { run: id })
    if (checkpoint === null && run.isKept) throw new LabError('run.no-checkpoint', { run: id })
    if (state === 'finished' && more === null) throw new LabError('run.finished', { run: id })
    await this.#claim(run, async () => {
      if (!run.isKept) await run.command('checkpoint')
      await run.prepare(more)
      await this.#launch(run, true)
    })
    return run
  }

  /** Takes the report of a page that trains one. Throws LabError as `runs.report`. */
  async report(report: RunReport): Promise<void> {
    const run = this.#runs.get(report.run) ?? this.#begun(report)
    if (!report.begin) return run.report(report)
    if (this.#claimed.has(run)) throw new LabError('run.under-way', { run: run.id })
    await this.#claim(run, () => run.report(report))
  }

  /** The last checkpoint of a run, for a page. Throws LabError. */
  async checkpoint(id: string): Promise<RunCheckpoint> {
    const run = this.get(id)
    if (run.status.checkpoint === null && run.isKept) throw new LabError('run.no-checkpoint', { run: id })
    if (!run.isKept) await run.command('checkpoint')
    const { lab, data, continuedFrom } = await run.request()
    return { lab, data, continuedFrom, status: run.status, files: await readCheckpointFiles(run.folder) }
  }

  /** The moments of a run on the disk; not of steps that its worker has taken and not told yet. */
  async moments(id: string): Promise<Moments> {
    const run = this.get(id)
    const { moments } = await run.request()
    const { steps, bytes } = await keptMoments(run.folder)
    return { steps: steps.filter((step) => step <= run.step), bytes, most: moments * 2 ** 20 }
  }

  /** Oldest first. */
  list(): readonly Run[] {
    return [...this.#runs.values()]
  }

  /** Throws `run.unknown`. */
  get(id: string): Run {
    const run = this.#runs.get(id)
    if (!run) throw new LabError('run.unknown', { run: id })
    return run
  }

  /**
   * Like the run's own command, except that resuming waits for its turn, and `stop` removes a waiting run from the queue; other
   * commands throw `run.queued` then.
   */
  async command(id: string, command: RunCommand, until: number | null = null): Promise<RunStatus> {
    const run = this.get(id)
    if (command === 'stop' && this.#leaveLine(run) && !isUnderWay(run.status)) return run.status
    if (command !== 'resume' || run.status.state !== 'paused') return run.command(command)
    await this.#options.queue.enter(run, () => run.resume(until))
    return run.status
  }

  /**
   * Deletes a run and its files. Throws `run.still-under-way`, or the reason why the files cannot be deleted; then the run
   * stays listed.
   */
  async remove(id: string): Promise<void> {
    const run = this.get(id)
    if (this.#isUsed(run)) throw new LabError('run.still-under-way', { run: id })
    await this.#claim(run, async () => {
      await this.#options.onRemove(run)
      await run.remove()
    })
    this.#forget(run)
  }

  /** Returns a function that stops it. */
  watch(watcher: RunsWatcher): () => void {
    this.#watchers.add(watcher)
    return () => void this.#watchers.delete(watcher)
  }

  /** Ends every worker, allowing `grace` milliseconds to write its checkpoint. */
  async close(grace: number): Promise<void> {
    for (const run of this.#runs.values()) this.#leaveLine(run)
    const end = () => Promise.all([...this.#runs.values()].map((run) => run.end(grace)))
    await end()
    const claimed = await Promise.allSettled(this.#claimed.values())
    if (claimed.length > 0) await end()
  }

  /** Throws `run.unknown` or `model.no-such-step`. */
  async #forkFrom(id: string, step: number) {
    const run = this.get(id)
    const { engine, checkpoint } = run.status
    if (step > run.step) throw new LabError('model.no-such-step', { run: id, step, kept: checkpoint ?? 0 })
    return { directory: run.folder, engine: engineChoice.parse(engine), data: await run.data(), step }
  }

  /** A run that has begun in a page. */
  #begun({ run: id, begin, status }: RunReport): Run {
    if (!begin) throw new LabError('run.unknown', { run: id })
    const { lab, data, continuedFrom } = begin
    const request = { lab, engine: 'tfjs', data, from: null, continuedFrom, lease: null, moments: 0, forkedFrom: null } as const
    const known = { ...status, state: 'stopped', place: 'page' } as const
    const run = new Run(this.#options.folderOf(id), { status: known, summary: null, outline: null }, request, this.#context)
    this.#runs.set(id, run)
    return run
  }

  #isUsed(run: Run): boolean {
    return run.underWay || this.#claimed.has(run)
  }

  async #claim(run: Run, work: () => Promise<unknown>): Promise<void> {
    const claim = work()
    this.#claimed.set(run, claim)
    try {
      await claim
    } finally {
      this.#claimed.delete(run)
    }
  }

  async #launch(run: Run, restore: boolean, paused = false): Promise<void> {
    const launch = (): Promise<void> => run.launch(restore, paused)
    // A run that is stepped manually occupies no core.
    await (paused ? launch() : this.#options.queue.enter(run, launch))
  }

  /** False if it is not waiting. */
  #leaveLine(run: Run): boolean {
    const waited = this.#options.queue.leave(run)
    if (waited) run.leaveLine()
    return waited
  }

  #forget(run: Run): void {
    this.#runs.delete(run.id)
    for (const { removed } of this.#watchers) removed(run.id)
  }
}

/** Sorts by age. */
const newId = (): string => `${Date.now().toString(36)}-${randomBytes(6).toString('hex')}`

/** Number of records read concurrently. */
const readAtOnce = 64

async function loadRuns(directory: string, context: RunContext): Promise<Run[]> {
  const names = (await readdir(directory).catch(() => [])).sort()
  const loaded: Run[] = []
  // In batches: the system limits the number of open files.
  for (let first = 0; first < names.length; first += readAtOnce) {
    const some = names.slice(first, first + readAtOnce)
    loaded.push(...(await Promise.all(some.map((name) => loadRun(directory, name, context)))).flat())
  }
  return loaded
}

async function loadRun(directory: string, name: string, context: RunContext): Promise<Run[]> {
  const folder = join(directory, name)
  try {
    const record = await readRecord(folder)
    const othersOwn = isUnderWay(record.status) && (await isOthers(record))
    return record.status.run !== name || othersOwn ? [] : [new Run(folder, settled(record), null, context)]
  } catch (error) {
    context.log(folder, error)
    return []
  }
}

/** Runs that were in progress when their host ended are interrupted. */
function settled(record: RunRecord): RunRecord {
  const { status } = record
  if (!isUnderWay(status)) return record
  const problem = toProblem(new LabError('run.host-ended', { run: status.run, step: status.checkpoint ?? 0 }))
  return { ...record, status: { ...status, state: 'interrupted', problem } }
}

/** Whether another host owns the run: the process that wrote the record, not a later one with the same id. */
async function isOthers({ owner, ownerBegan }: RunRecord): Promise<boolean> {
  return owner !== process.pid && ownerBegan !== null && (await processStart(owner)) === ownerBegan
}

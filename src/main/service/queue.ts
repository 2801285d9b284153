/**
 * The queue for the cores: a limited number of runs train at a time, the others wait and are informed of their position. A
 * paused run uses no core; to resume, it enters the queue like any other. Next is a run of the client with the fewest active runs, so that
 * nobody with many runs keeps the others waiting.
 */
import { onAbort, type Signal } from '@core/contract/cancel'
import type { Run } from './run'

/** The queue as the runs of one workspace see it. */
export type Queue = Pick<RunQueue, 'leave' | 'advance' | 'core'> & {
  readonly enter: (run: Run, launch: () => Promise<unknown>) => Promise<void>
}

interface Waiting {
  readonly run: Run
  readonly workspace: string
  readonly launch: () => Promise<unknown>
}

export class RunQueue {
  private readonly line: Waiting[] = []
  /** Runs whose turn has come but whose state does not show it yet. */
  private readonly launching = new Set<Run>()
  private readonly workspaces = new WeakMap<Run, string>()
  /** Number of jobs that hold a core, and the jobs that wait for one. */
  private jobs = 0
  private readonly waitingJobs: (() => void)[] = []

  /** `training` lists the runs that occupy a core. A failed launch is reported by the run; `log` is called for it. */
  constructor(
    private readonly limit: number,
    private readonly training: () => readonly Run[],
    private readonly log: (where: string, error: unknown) => void,
  ) {}

  /** The queue for a workspace. */
  of(workspace: string): Queue {
    return {
      enter: (run, launch) => this.enter(workspace, run, launch),
      leave: (run) => this.leave(run),
      advance: () => this.advance(),
      core: (signal) => this.core(signal),
    }
  }

  /** Launches the run if it is its turn, and rejects if that fails; otherwise queues it and returns at once. */
  private async enter(workspace: string, run: Run, launch: () => Promise<unknown>): Promise<void> {
    this.workspaces.set(run, workspace)
    if (this.line.length === 0 && this.busy.size < this.limit) return this.launch({ run, workspace, launch })
    this.line.push({ run, workspace, launch })
    this.sortFairly()
    this.tellPlaces()
  }

  /** In turns of one run for each workspace, which count from the runs that it trains already; otherwise in order of arrival. */
  private sortFairly(): void {
    const taken = new Map<string, number>()
    for (const run of this.busy) {
      const workspace = this.workspaces.get(run) ?? ''
      taken.set(workspace, (taken.get(workspace) ?? 0) + 1)
    }
    const turns = new Map<Waiting, number>()
    for (const waiting of this.line) {
      const turn = taken.get(waiting.workspace) ?? 0
      turns.set(waiting, turn)
      taken.set(waiting.workspace, turn + 1)
    }
    this.line.sort((a, b) => turns.get(a)! - turns.get(b)!)
  }

  /** Removes a waiting run from the queue; false if it is not waiting. */
  leave(run: Run): boolean {
    const place = this.line.findIndex((waiting) => waiting.run === run)
    if (place < 0) return false
    this.line.splice(place, 1)
    this.tellPlaces()
    return true
  }

  /** Must be called whenever a run may have stopped training. */
  advance(): void {
    this.sortFairly()
    while (this.line.length > 0 && this.busy.size < this.limit) {
      const next = this.line.shift()!
      this.launch(next).catch((error: unknown) => this.log(next.run.id, error))
    }
    this.tellPlaces()
    for (const wake of this.waitingJobs.splice(0)) wake()
  }

  /**
   * A core for a job that is not a run: resolves when one is free and no run waits, with the function that releases it.
   * Resolves at once when aborted. Runs do not wait for jobs: a run started meanwhile shares the cores until the job is done.
   */
  async core(signal: Signal): Promise<() => void> {
    while (!signal.aborted && (this.line.length > 0 || this.busy.size + this.jobs >= this.limit)) {
      await new Promise<void>((resolve) => {
        const forget = onAbort(signal, () => resolve())
        this.waitingJobs.push(() => {
          forget()
          resolve()
        })
      })
    }
    this.jobs++
    return () => {
      this.jobs--
      this.advance()
    }
  }

  private get busy(): ReadonlySet<Run> {
    return new Set([...this.launching, ...this.training()])
  }

  private async launch({ run, launch }: Waiting): Promise<void> {
    this.launching.add(run)
    try {
      await launch()
    } finally {
      this.launching.delete(run)
      this.advance()
    }
  }

  private tellPlaces(): void {
    this.line.forEach(({ run }, index) => run.wait(index + 1))
  }
}

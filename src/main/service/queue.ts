/**
 * The line in front of the cores: so many runs train at a time, the others wait and are told their place. A paused run holds none,
 * as it uses no core; going on, it enters the line like any other.
 */
import { onAbort, type Signal } from '@core/contract/cancel'
import type { Run } from './run'

interface Waiting {
  readonly run: Run
  readonly launch: () => Promise<unknown>
}

export class RunQueue {
  private readonly line: Waiting[] = []
  /** Those whose turn it is and that do not say so yet. */
  private readonly launching = new Set<Run>()
  /** Jobs that hold a core, and those that wait for one. */
  private jobs = 0
  private readonly waitingJobs: (() => void)[] = []

  /** `training` lists the runs that keep a core busy. A launch that fails is the run's to tell; `log` hears of it. */
  constructor(
    private readonly limit: number,
    private readonly training: () => readonly Run[],
    private readonly log: (where: string, error: unknown) => void,
  ) {}

  /** Launches the run if it is its turn, and throws what that throws; otherwise it waits, and this returns at once. */
  async enter(run: Run, launch: () => Promise<unknown>): Promise<void> {
    if (this.line.length === 0 && this.busy < this.limit) return this.launch({ run, launch })
    this.line.push({ run, launch })
    this.tellPlaces()
  }

  /** Takes a waiting run out of the line; false if it does not wait. */
  leave(run: Run): boolean {
    const place = this.line.findIndex((waiting) => waiting.run === run)
    if (place < 0) return false
    this.line.splice(place, 1)
    this.tellPlaces()
    return true
  }

  /** To be called whenever a run may have stopped training. */
  advance(): void {
    while (this.line.length > 0 && this.busy < this.limit) {
      const next = this.line.shift()!
      this.launch(next).catch((error: unknown) => this.log(next.run.id, error))
    }
    this.tellPlaces()
    for (const wake of this.waitingJobs.splice(0)) wake()
  }

  /**
   * A core for a job that is no run: resolves when one is free and no run waits, with what gives it back. Once aborted, it resolves at
   * once. Runs do not wait for jobs: one that is started meanwhile shares the cores until the job is done.
   */
  async core(signal: Signal): Promise<() => void> {
    while (!signal.aborted && (this.line.length > 0 || this.busy + this.jobs >= this.limit)) {
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

  private get busy(): number {
    return new Set([...this.launching, ...this.training()]).size
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

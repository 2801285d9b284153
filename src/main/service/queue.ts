/**
 * The line in front of the cores: so many runs train at a time, the others wait and are told their place. A paused run holds none,
 * as it uses no core; going on, it enters the line like any other.
 */
import type { Run } from './run'

interface Waiting {
  readonly run: Run
  readonly launch: () => Promise<unknown>
}

export class RunQueue {
  private readonly line: Waiting[] = []
  /** Those whose turn it is and that do not say so yet. */
  private readonly launching = new Set<Run>()

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

/** Queue of work on a model in training: run one at a time, between two steps. */
import { Budget } from './pace'

/**
 * When queued work runs during training: between the next two steps; soon, but at most ten times a second; or rarely enough to
 * leave nineteen twentieths of the time to training.
 */
export type Pace = 'at once' | 'soon' | 'sparing'

interface Work {
  readonly pace: Pace
  readonly run: () => Promise<void>
}

const lookEvery = 100 // milliseconds
const lookShare = 20
const lookAtLeastEvery = 3000 // milliseconds

export class WorkLine {
  private readonly looks = new Budget(lookEvery, lookShare, lookAtLeastEvery)
  private readonly line: Work[] = []
  private wake: () => void = () => undefined

  /** `now` is a clock in milliseconds. */
  constructor(private readonly now: () => number) {}

  add(work: Work): void {
    if (work.pace === 'soon') this.looks.hurry()
    this.line.push(work)
    this.wake()
  }

  /** Runs the work that is due. While training is paused or over, pace does not matter. */
  async serve(isTraining: () => boolean): Promise<void> {
    for (let work = this.next(isTraining()); work; work = this.next(isTraining())) {
      const began = this.now()
      await work.run()
      if (work.pace !== 'at once') this.looks.spend(began, this.now())
    }
  }

  /** Resolves when there is work. */
  async something(): Promise<void> {
    if (this.line.length === 0) await new Promise<void>((resolve) => (this.wake = resolve))
  }

  /** The first in the queue that is due. */
  private next(isTraining: boolean): Work | undefined {
    const mayLook = !isTraining || this.looks.isDue(this.now())
    const at = this.line.findIndex(({ pace }) => pace === 'at once' || mayLook)
    return at < 0 ? undefined : this.line.splice(at, 1)[0]
  }
}

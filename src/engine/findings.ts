/** What the first training steps of a lab cost: the measurements of a trial. */
import type { Measurement } from '@core/contract/worker'
import type { Trial } from './budget'

/** Steps count once their number of threads is settled; minimum number and total milliseconds of counted steps. */
const fewestSteps = 2
const shortest = 600
/** Target milliseconds of steps per call: each call leaves the process idle for a moment, which makes its next step slower. */
const stretch = 200
const mostSteps = 400

/** Collects the measurements of a trial. */
export class Findings {
  private last: Measurement | null = null
  private measured = 0
  private settled = 0
  private readonly counted: number[] = []
  private evaluation: number | null = null

  /** Takes a few steps at a time, so that it ends soon after enough is known, and something is known when time is up. */
  async gather(measure: (steps: number, evaluate: boolean) => Promise<Measurement>): Promise<void> {
    this.add(await measure(1, false))
    this.add(await measure(this.steps, false))
    this.add(await measure(this.steps, true))
    while (!this.suffice) this.add(await measure(this.steps, false))
  }

  private add(measurement: Measurement): void {
    const { milliseconds, evaluationMilliseconds, threads } = measurement
    // The step after the last try still switches to the best number; it is within the next call at the latest.
    if (this.settled >= 2) for (const each of milliseconds) this.counted.push(each)
    if (this.measured++ > 0 && threads !== null) this.settled++
    this.evaluation = evaluationMilliseconds ?? this.evaluation
    this.firstStep ??= milliseconds[0]!
    this.last = measurement
  }

  /** Number of steps for the next call. */
  private get steps(): number {
    const milliseconds = this.last?.milliseconds ?? []
    return Math.min(mostSteps, Math.max(1, Math.round((stretch * milliseconds.length) / sum(milliseconds))))
  }

  private get suffice(): boolean {
    return this.counted.length >= fewestSteps && sum(this.counted) >= shortest
  }

  /** Milliseconds of the first step, which includes the engine's setup; null before. */
  firstStep: number | null = null

  /** null unless more than the first step is known. */
  trial(): Trial | null {
    if (!this.last || this.measured < 2) return null
    const { engine, device, parameters, peakBytes, milliseconds } = this.last
    const taken = this.counted.length > 0 ? this.counted : milliseconds
    return {
      engine,
      device,
      parameters,
      stepMilliseconds: sum(taken) / taken.length,
      evaluationMilliseconds: this.evaluation,
      peakBytes,
    }
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

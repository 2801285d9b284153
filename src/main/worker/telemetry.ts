/** Collects every step's figures and hands them on in batches: at most ten a second, which is as often as a page draws. */
import type { Evaluation, Telemetry } from '@core/contract/lab'
import type { StepResult } from '@engine/training-step'

const flushEvery = 100 // milliseconds

export class TelemetryBatch {
  private firstStep = 1
  private losses: number[] = []
  private accuracies: number[] = []
  private evaluations: Evaluation[] = []
  private lastFlush = -Infinity

  /** `speed` gives the steps per second; `emit` tells the other side, and says false if it is behind: then the batch grows. */
  constructor(
    private readonly speed: () => number,
    private readonly emit: (telemetry: Omit<Telemetry, 'run'>) => void,
    private readonly ready: () => boolean,
  ) {}

  addStep(step: number, { loss, accuracy }: StepResult): void {
    if (this.losses.length === 0) this.firstStep = step
    this.losses.push(loss)
    this.accuracies.push(accuracy)
    if (performance.now() - this.lastFlush >= flushEvery && this.ready()) this.flush()
  }

  addEvaluation(evaluation: Evaluation): void {
    this.evaluations.push(evaluation)
  }

  /** Sends what there is, e.g. before a status that says more than the figures told so far. */
  flush(): void {
    if (this.losses.length === 0 && this.evaluations.length === 0) return
    const { firstStep, losses, accuracies, evaluations } = this
    this.losses = []
    this.accuracies = []
    this.evaluations = []
    this.lastFlush = performance.now()
    this.emit({
      firstStep,
      losses: Float32Array.from(losses),
      accuracies: Float32Array.from(accuracies),
      stepsPerSecond: this.speed(),
      evaluations,
    })
  }
}

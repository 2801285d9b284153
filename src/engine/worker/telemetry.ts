/**
 * Collects the measurements of every step and sends them in batches, at most ten a second, which is as often as a page redraws.
 */
import type { Evaluation, Telemetry } from '@core/contract/runs'
import { SeriesCollector } from '@core/series/collector'
import { validationSeries } from '@core/series/units'
import type { StepResult } from '../training-step'

const flushEvery = 100 // milliseconds

export class TelemetryBatch {
  private readonly collected = new SeriesCollector()
  private lastFlush = -Infinity

  /** `speed` returns the steps per second at a time. Batches grow while the receiver is not `ready`. */
  constructor(
    private readonly now: () => number,
    private readonly speed: () => number,
    private readonly emit: (telemetry: Telemetry) => void,
    private readonly ready: () => boolean,
  ) {}

  addStep(step: number, { loss, accuracy, gradientNorm, learningRate }: StepResult): void {
    this.add(step, { loss, accuracy, gradientNorm, learningRate })
    if (this.now() - this.lastFlush >= flushEvery && this.ready()) this.flush()
  }

  addEvaluation({ step, loss, metrics }: Evaluation): void {
    const values = Object.entries({ loss, ...metrics }).map(([metric, value]) => [validationSeries(metric), value] as const)
    this.add(step, Object.fromEntries(values))
  }

  /** Sends pending data, e.g. before a status that is newer than the data sent so far. */
  flush(): void {
    if (this.collected.isEmpty) return
    this.lastFlush = this.now()
    this.emit({ series: this.collected.take(), stepsPerSecond: this.speed() })
  }

  /**
   * NaN means that the model has no such value, e.g. no accuracy. A repeated evaluation at the last step replaces the previous
   * one.
   */
  private add(step: number, values: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(values)) if (!Number.isNaN(value)) this.collected.add(name, step, value)
  }
}

/**
 * Collects the measurements of every step and sends them in batches, at most ten a second, which is as often as a page redraws.
 */
import type { Evaluation, Telemetry } from '@core/contract/runs'
import { SeriesCollector } from '@core/series/collector'
import { timeSeries, validationSeries } from '@core/series/units'
import type { StepResult } from '../training-step'

const flushEvery = 100 // milliseconds

export class TelemetryBatch {
  private readonly collected = new SeriesCollector()
  private lastFlush = -Infinity
  private lastTime = -Infinity
  /** The last step, until its time is collected. */
  private untimed: number | null = null

  /**
   * `speed` returns the steps per second at a time, `seconds` the time of all steps so far, or null where that of earlier ones is unknown. Batches grow while the receiver is
   * not `ready`.
   */
  constructor(
    private readonly now: () => number,
    private readonly speed: () => number,
    private readonly seconds: () => number | null,
    private readonly emit: (telemetry: Telemetry) => void,
    private readonly ready: () => boolean,
  ) {}

  addStep(step: number, { loss, accuracy, gradientNorm, learningRate }: StepResult): void {
    this.add(step, { loss, accuracy, gradientNorm, learningRate })
    this.untimed = step
    if (this.now() - this.lastTime >= flushEvery) this.addTime()
    if (this.now() - this.lastFlush >= flushEvery && this.ready()) this.flush()
  }

  addEvaluation({ step, loss, metrics }: Evaluation): void {
    const values = Object.entries({ loss, ...metrics }).map(([metric, value]) => [validationSeries(metric), value] as const)
    this.add(step, Object.fromEntries(values))
  }

  /** Sends pending data, e.g. before a status that is newer than the data sent so far. */
  flush(): void {
    if (this.collected.isEmpty) return
    this.addTime()
    this.lastFlush = this.now()
    this.emit({ series: this.collected.take(), stepsPerSecond: this.speed() })
  }

  private addTime(): void {
    const seconds = this.seconds()
    if (this.untimed !== null && seconds !== null) this.add(this.untimed, { [timeSeries]: seconds })
    this.untimed = null
    this.lastTime = this.now()
  }

  /**
   * NaN means that the model has no such value, e.g. no accuracy. A repeated evaluation at the last step replaces the previous
   * one.
   */
  private add(step: number, values: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(values)) if (!Number.isNaN(value)) this.collected.add(name, step, value)
  }
}

/** Clocks of a run: its speed, and when the next look may take time. */

/** Takes medians over the last steps, so that a pause or a slow evaluation does not count. */
export class StepClock {
  private readonly durations = new Float64Array(1001)
  private readonly ends = new Float64Array(1001)
  private count = 0
  private total = 0

  /** Records a step of this duration in milliseconds that ended at `now`. */
  add(duration: number, now: number): void {
    this.durations[this.count % this.durations.length] = duration
    this.ends[this.count % this.ends.length] = now
    this.count++
    this.total += duration
  }

  /** Seconds that all of its steps took together. */
  get seconds(): number {
    return this.total / 1000
  }

  /** Median duration in milliseconds; 0 before the first step. */
  get median(): number {
    const known = this.durations.slice(0, this.count).sort()
    return known[known.length >> 1] ?? 0
  }

  /** Steps per second over about the last second, including the time between steps; 0 before the second step. */
  perSecond(now: number): number {
    const size = this.ends.length
    let steps = 0
    let since = now
    while (steps < Math.min(this.count, size)) {
      const end = this.ends[(this.count - 1 - steps) % size]!
      if (now - end > 1000 && steps > 1) break
      since = end
      steps++
    }
    return steps > 1 && now > since ? (1000 * (steps - 1)) / (now - since) : 0
  }
}

/** Limits an event to one per `interval` milliseconds, and to a `share`-th of the time. */
export class Budget {
  private ended = -Infinity
  private wait = 0

  constructor(
    private readonly interval: number,
    private readonly share: number,
    /** Maximum wait in milliseconds, whatever the cost. */
    private readonly longest: number,
  ) {}

  isDue(now: number): boolean {
    return now >= this.ended + this.wait
  }

  spend(began: number, now: number): void {
    this.ended = now
    this.wait = Math.min(Math.max(this.interval, this.share * (now - began)), this.longest)
  }

  /** There is a new request: skip the wait that the last event's cost requires. */
  hurry(): void {
    this.wait = this.interval
  }
}

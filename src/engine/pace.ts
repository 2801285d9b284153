/** Clocks of a run: how fast it goes, and when the next look may take time. */

/** Medians over the last steps, so that a pause or a slow evaluation does not count. */
export class StepClock {
  private readonly durations = new Float64Array(1001)
  private readonly ends = new Float64Array(1001)
  private count = 0

  /** A step took so many milliseconds and ended at `now`. */
  add(duration: number, now: number): void {
    this.durations[this.count % this.durations.length] = duration
    this.ends[this.count % this.ends.length] = now
    this.count++
  }

  /** Milliseconds; 0 before the first step. */
  get median(): number {
    const known = this.durations.slice(0, this.count).sort()
    return known[known.length >> 1] ?? 0
  }

  /** Over about the last second, with all that went on between steps; 0 before the second step. */
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

/** Lets something happen at most every `interval` milliseconds, and for about one in `share` of the time. */
export class Budget {
  private ended = -Infinity
  private wait = 0

  constructor(
    private readonly interval: number,
    private readonly share: number,
    /** However much it costs, it is due again after this long. */
    private readonly longest: number,
  ) {}

  isDue(now: number): boolean {
    return now >= this.ended + this.wait
  }

  spend(began: number, now: number): void {
    this.ended = now
    this.wait = Math.min(Math.max(this.interval, this.share * (now - began)), this.longest)
  }

  /** Something new is asked for: it need not wait for what the last one cost. */
  hurry(): void {
    this.wait = this.interval
  }
}

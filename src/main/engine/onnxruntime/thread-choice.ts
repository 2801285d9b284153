/**
 * Chooses the number of threads of a training step: by trial on the first steps, and again from time to time, as it depends on the
 * model and on the load of the machine. This class sees only times; `step-session.ts` measures them.
 */

/** All, half of them (where two threads share a core, or some cores are slow) and one (where handing out work costs more than it). */
export const threadCounts = (most: number): readonly number[] => [...new Set([most, Math.ceil(most / 2), 1])]

/** Number of first steps of a model, which are slower than the others. */
const cold = 5
/** A number of threads is tried for at least this many steps and milliseconds, unless it is clearly slower. */
const fewestSteps = 3
const shortestTrial = 50
const clearlySlower = 1.3
/** The settled number is kept unless another one takes less than this fraction of its time. */
const worthIt = 0.95
/** Trials take less than a hundredth of the time. */
const retryEvery = 10_000
const leastShare = 100

export class ThreadChoice {
  private readonly counts: Set<number>
  private times: number[] = []
  private readonly medians = new Map<number, number>()
  /** The numbers still to be tried. */
  private waiting: number[]
  private began: number
  private retryAt = 0
  private steps = 0
  private trying: number
  private settled: number | null

  constructor(
    counts: readonly number[],
    private readonly now: () => number = () => performance.now(),
  ) {
    this.counts = new Set(counts)
    const [first, ...others] = counts as readonly [number, ...number[]]
    this.trying = first
    this.waiting = others
    this.settled = others.length > 0 ? null : first
    this.began = now()
  }

  /** Number of threads for the next step. */
  get current(): number {
    return this.trying
  }

  /** null until all have been tried once. */
  get chosen(): number | null {
    return this.settled
  }

  /** Call after each step with the time it took on `current` threads, in milliseconds; this may change `current`. */
  add(milliseconds: number): void {
    if (this.counts.size === 1 || this.steps++ < cold) return
    if (this.retryAt > 0) {
      if (this.now() < this.retryAt) return
      this.beginAgain()
    }
    this.times.push(milliseconds)
    const total = this.times.reduce((sum, time) => sum + time, 0)
    const slower = Math.min(...this.times) > clearlySlower * Math.min(...this.medians.values())
    if (!slower && (this.times.length < fewestSteps || total < shortestTrial)) return
    this.medians.set(this.trying, median(this.times))
    this.proceed()
  }

  /** Excludes `current`, which was being tried, for good. */
  exclude(): void {
    this.counts.delete(this.trying)
    this.proceed()
  }

  private beginAgain(): void {
    this.waiting = [...this.counts].filter((count) => count !== this.trying)
    this.medians.clear()
    this.began = this.now()
    this.retryAt = 0
  }

  private proceed(): void {
    this.times = []
    const next = this.waiting.shift()
    this.trying = next ?? this.best()
    if (next !== undefined) return
    this.settled = this.trying
    const now = this.now()
    this.retryAt = now + Math.max(retryEvery, leastShare * (now - this.began))
  }

  private best(): number {
    const [fastest] = [...this.medians].toSorted(([, a], [, b]) => a - b) as [[number, number]]
    const before = this.settled === null ? undefined : this.medians.get(this.settled)
    return before !== undefined && fastest[1] > worthIt * before ? this.settled! : fastest[0]
  }
}

const median = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[times.length >> 1]!

/** The series of a run: in its file always, and in memory while they are used. */
import { rm } from 'node:fs/promises'
import { RunSeries, type SeriesParts } from '@core/series/series'
import { openMetrics, readMetrics, type MetricsFile } from './metrics-file'

export class RecordedSeries {
  readonly #path: string
  readonly #failed: (error: Error) => void
  #read: Promise<RunSeries> | null = null
  #known: RunSeries | null = null
  #uses = 0
  #file: MetricsFile | null = null

  /** `failed` is called when the file cannot be written. */
  constructor(path: string, failed: (error: Error) => void) {
    this.#path = path
    this.#failed = failed
  }

  /** What is in memory; null while it is not used. */
  get known(): RunSeries | null {
    return this.#known
  }

  /** Keeps the series in memory until `release`. */
  async use(): Promise<RunSeries> {
    this.#uses++
    this.#read ??= readMetrics(this.#path)
    return (this.#known = await this.#read)
  }

  release(): void {
    if (--this.#uses > 0) return
    this.#read = null
    this.#known = null
  }

  /** Deletes what there is, also on disk. */
  async empty(): Promise<void> {
    await rm(this.#path, { force: true })
    this.#read = Promise.resolve(new RunSeries())
  }

  /** What is added from now on goes to the file, too, until `close`. */
  open(): void {
    this.#file = openMetrics(this.#path, this.#failed)
  }

  add(parts: SeriesParts): void {
    this.#known?.add(parts)
    this.#file?.append(parts)
  }

  /** Resolves when all is written. */
  async close(): Promise<void> {
    const file = this.#file
    this.#file = null
    await file?.close()
  }
}

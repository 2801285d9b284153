/** The series of a run: always in its file, and in memory while in use. */
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

  /** The series in memory; null while not in use. */
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

  /** Deletes the series, also on disk. */
  async empty(): Promise<void> {
    await rm(this.#path, { force: true })
    this.#read = Promise.resolve(new RunSeries())
  }

  /** From now on, until `close`, additions are also written to the file. */
  open(): void {
    this.#file = openMetrics(this.#path, this.#failed)
  }

  add(parts: SeriesParts): void {
    this.#known?.add(parts)
    this.#file?.append(parts)
  }

  /** Resolves when everything so far is written. */
  async written(): Promise<void> {
    await this.#file?.written()
  }

  /** Resolves when everything is written. */
  async close(): Promise<void> {
    const file = this.#file
    this.#file = null
    await file?.close()
  }
}

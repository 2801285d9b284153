/** The stored data of a run: request, status, series, and outline for the list. */
import { basename } from 'node:path'
import type { RunLabel } from '@core/contract/run-label'
import type { RunStatus, RunSummary } from '@core/contract/runs'
import { fileError } from './file-error'
import { readMetrics } from './metrics-file'
import { ownStart } from './process-start'
import { RecordedSeries } from './recorded-series'
import { readLabel, writeLabel } from './run-label'
import { metricsPath, readRequest, removeRun, removeRunWithCheckpoints, writeRecord, writeRequest } from './run-files'
import type { RunRequest } from './run-files'
import { figuresOf, noFigures, outlineOf, type RunOutline } from '@core/contract/run-outline'

export interface ArchiveContext {
  /** Called when its outline is known. */
  readonly onOutline: () => void
  /** Schedules work that can wait, one at a time over all runs. */
  readonly inTurn: (work: () => Promise<void>) => void
  readonly log: (where: string, error: unknown) => void
}

export class RunArchive {
  readonly series: RecordedSeries
  readonly #folder: string
  readonly #context: ArchiveContext
  #request: RunRequest | null
  #outline: RunOutline | null
  #label: RunLabel | null = null
  #isReading = false
  #isRemoved = false
  #written: Promise<void> = Promise.resolve()

  /** `request` and `outline` are null if they are to be read from the folder when needed. */
  constructor(folder: string, request: RunRequest | null, outline: RunOutline | null, context: ArchiveContext) {
    this.#folder = folder
    this.#request = request
    this.#outline = outline
    this.#context = context
    this.series = new RecordedSeries(metricsPath(folder), (error) => context.log('metrics', error))
  }

  /** Throws LabError `run.damaged`, or the reason why the file cannot be read. */
  async request(): Promise<RunRequest> {
    return this.#request ?? readRequest(this.#folder)
  }

  /** Replaces the request; on disk after `writeRequest`. */
  ask(request: RunRequest): void {
    this.#request = request
  }

  async writeRequest(): Promise<void> {
    const request = await this.request()
    await this.#inOrder(() => writeRequest(this.#folder, request))
  }

  /** Stores the status. A failure is logged, and the run continues. */
  save(status: RunStatus, summary: RunSummary | null): void {
    const { known } = this.series
    if (known && this.#request) this.#outline = outlineOf(this.#request.lab, figuresOf(known))
    const outline = this.#outline
    const write = async (): Promise<void> => {
      const owner = { owner: process.pid, ownerBegan: await ownStart() }
      await writeRecord(this.#folder, { status, summary, ...owner, outline })
    }
    this.#inOrder(write).catch((error: unknown) => this.#context.log(this.#folder, error))
  }

  /** The outline as far as it is known. For records of earlier versions without one, `onOutline` is called once it is known. */
  async outline(): Promise<RunOutline> {
    const { known } = this.series
    if (known && this.#request) return outlineOf(this.#request.lab, figuresOf(known))
    if (this.#outline) return this.#outline
    if (!this.#isReading) this.#context.inTurn(() => this.#readOutline())
    this.#isReading = true
    return this.#bareOutline()
  }

  async label(): Promise<RunLabel> {
    return (this.#label ??= await readLabel(this.#folder, this.#context.log))
  }

  /** Resolves when it is on disk. Throws LabError. */
  async setLabel(label: RunLabel): Promise<void> {
    await this.#inOrder(() => writeLabel(this.#folder, label))
    this.#label = label
  }

  /** Resolves when everything is on disk. */
  async settled(): Promise<void> {
    await this.#written.catch(() => undefined)
  }

  /** Removes only the files of a run that never started: the folder may belong to the user. */
  async discard(): Promise<void> {
    this.#isRemoved = true
    await this.settled()
    await removeRun(this.#folder)
  }

  /** Removes all its files. Throws LabError. */
  async remove(): Promise<void> {
    this.#isRemoved = true
    await this.settled()
    try {
      await removeRunWithCheckpoints(this.#folder)
    } catch (error) {
      this.#isRemoved = false
      throw fileError(this.#folder, error)
    }
  }

  async #readOutline(): Promise<void> {
    const bare = await this.#bareOutline()
    const figures = figuresOf(await readMetrics(metricsPath(this.#folder)))
    if (this.#outline || this.#isRemoved) return
    this.#outline = { ...bare, ...figures }
    this.#context.onOutline()
  }

  /** Without figures; a run whose request cannot be read is named by its folder. */
  async #bareOutline(): Promise<RunOutline> {
    try {
      return outlineOf((await this.request()).lab, noFigures)
    } catch {
      return { title: basename(this.#folder), task: '', ...noFigures }
    }
  }

  async #inOrder(write: () => Promise<void>): Promise<void> {
    const done = this.#written.catch(() => undefined).then(() => (this.#isRemoved ? undefined : write()))
    this.#written = done
    await done
  }
}

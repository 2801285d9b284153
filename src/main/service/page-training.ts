/** A run that trains in a page, as its host sees it: reports are stored, commands passed on, and a page that leaves is noticed. */
import type { RunReport } from '@core/contract/page-runs'
import type { RunCommand } from '@core/contract/runs'
import type { Call } from '@core/contract/table'
import { LabError } from '@core/errors'
import { mirrorCheckpoints } from './mirror-checkpoints'
import { PageLink } from './page-link'
import type { RunArchive } from './run-archive'
import { Turns } from './turns'

/** The run, to its page training. */
export interface PageTrainingRun {
  readonly id: string
  readonly folder: string
  readonly archive: RunArchive
  readonly underWay: boolean
  /** Ends the worker that still holds its model. */
  readonly endWorker: () => Promise<void>
  readonly onReport: (report: RunReport) => void
  /** The page has been away for too long. */
  readonly onLeft: () => void
}

export class PageTraining {
  readonly #run: PageTrainingRun
  readonly #link: PageLink
  readonly #turns = new Turns()
  /** Whether its series are open for reports. */
  #isOpen = false

  constructor(run: PageTrainingRun) {
    this.#run = run
    this.#link = new PageLink(() => void this.#turns.take(() => this.#leave()))
  }

  /** Resolves when the report is on the disk. Throws LabError `run.taken-over`, or `run.under-way` if the run trains elsewhere. */
  report(report: RunReport): Promise<void> {
    return this.#turns.take(() => this.#store(report))
  }

  /** Streams commands to the page until it leaves or the run is removed. Throws LabError `run.taken-over`. */
  async connect(lease: string, call: Call<RunCommand>, removed: Promise<void>): Promise<void> {
    if ((await this.#run.archive.request()).lease !== lease) throw new LabError('run.taken-over')
    await this.#link.connect(call, removed)
  }

  /** Throws LabError `run.page-away`. */
  send(command: RunCommand): void {
    this.#link.send(command)
  }

  /** Stops waiting for the page, and closes the series. */
  async end(): Promise<void> {
    this.#link.forget()
    await this.#turns.take(() => this.#close())
  }

  async #store(report: RunReport): Promise<void> {
    const { lease, begin, series, files, kept } = report
    const { archive, folder } = this.#run
    if (begin) await this.#begin(lease, begin)
    else if ((await archive.request()).lease !== lease) throw new LabError('run.taken-over')
    if (!this.#isOpen) {
      this.#isOpen = true
      await archive.series.use()
      archive.series.open()
    }
    if (begin) archive.series.known?.cut(begin.after)
    archive.series.add(series)
    await mirrorCheckpoints(folder, files, kept)
    this.#run.onReport(report)
    await archive.series.written()
    if (this.#run.underWay) this.#link.heard()
    else await this.#close()
    await archive.settled()
  }

  /** A page begins to train the run, or repeats that it has. */
  async #begin(lease: string, { lab, data, continuedFrom }: NonNullable<RunReport['begin']>): Promise<void> {
    const { archive, id } = this.#run
    const request = await archive.request()
    if (this.#run.underWay && request.lease !== lease) throw new LabError('run.under-way', { run: id })
    archive.ask({ ...request, lab, engine: 'tfjs', data, continuedFrom, lease })
    await archive.writeRequest()
    await this.#run.endWorker()
  }

  async #leave(): Promise<void> {
    this.#run.onLeft()
    await this.#close()
  }

  async #close(): Promise<void> {
    if (!this.#isOpen) return
    this.#isOpen = false
    await this.#run.archive.series.close()
    this.#run.archive.series.release()
  }
}

/** The connection to a page that trains a run: what others command goes out, and it is noticed when the page is gone. */
import { aborted } from '@core/contract/cancel'
import type { RunCommand } from '@core/contract/runs'
import type { Call } from '@core/contract/table'
import { LabError } from '@core/errors'

/** Milliseconds that a page may be away: enough to reload, or to connect again. */
const grace = 5000

export class PageLink {
  #call: Call<RunCommand> | null = null
  #timer: NodeJS.Timeout | undefined

  /** `gone` is called when the page has been away for too long. */
  constructor(private readonly gone: () => void) {}

  /** Resolves when the page leaves, or the run is removed. */
  async connect(call: Call<RunCommand>, removed: Promise<void>): Promise<void> {
    this.#call = call
    clearTimeout(this.#timer)
    await Promise.race([aborted(call.signal), removed])
    if (this.#call !== call) return // it has connected again
    this.#call = null
    this.heard()
  }

  /** Must be called for each report: until the page connects, it counts as present for a while. */
  heard(): void {
    clearTimeout(this.#timer)
    if (!this.#call) this.#timer = setTimeout(this.gone, grace).unref()
  }

  /** Throws LabError `run.page-away`. */
  send(command: RunCommand): void {
    if (!this.#call) throw new LabError('run.page-away')
    this.#call.part(command)
  }

  forget(): void {
    this.#call = null
    clearTimeout(this.#timer)
  }
}

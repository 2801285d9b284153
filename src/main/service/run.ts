/** One run: its status and history, and its process while there is one. The process may die at any moment; the run stays. */
import { rm } from 'node:fs/promises'
import type { RunHistory, RunStatus, RunSummary, Telemetry, ViewFrame, ViewRequest } from '@core/contract/lab'
import { connect, type Connection } from '@core/contract/rpc'
import { runEvents, runMethods, type RunEvents, type RunMethods } from '@core/contract/run'
import { isUnderWay } from '@core/contract/run-state'
import type { Caller } from '@core/contract/table'
import { fromProblem, LabError, toProblem } from '@core/errors'
import { History, openMetrics, readMetrics } from './history'
import {
  metricsPath,
  removeRun,
  removeRunWithCheckpoints,
  writeRecord,
  writeRequest,
  type RunRecord,
  type RunRequest,
} from './run-files'
import type { RunProcess, Spawn } from './spawn'

/** What a run needs of its surroundings. */
export interface RunContext {
  readonly spawn: Spawn
  readonly readData: (id: string) => Promise<string>
  readonly onStatus: (status: RunStatus) => void
  readonly onTelemetry: (telemetry: Telemetry) => void
  readonly onFrame: (frame: ViewFrame) => void
  readonly log: (where: string, error: unknown) => void
}

interface Live {
  readonly process: RunProcess
  readonly connection: Connection<RunMethods, RunEvents>
  readonly exited: Promise<void>
}

export class Run {
  readonly folder: string
  readonly request: RunRequest
  readonly #context: RunContext
  readonly #views = new Map<object, ViewRequest>()
  #status: RunStatus
  #statusesTold = 0
  #summary: RunSummary | null
  #history: History | null = null
  #live: Live | null = null
  #saved: Promise<void> = Promise.resolve()
  /** Until the process has told where it goes on. */
  #restoring = false

  constructor(folder: string, request: RunRequest, record: Pick<RunRecord, 'status' | 'summary'>, context: RunContext) {
    this.folder = folder
    this.request = request
    this.#status = record.status
    this.#summary = record.summary
    this.#context = context
  }

  get status(): RunStatus {
    return this.#status
  }
  get underWay(): boolean {
    return isUnderWay(this.#status)
  }
  get hasProcess(): boolean {
    return this.#live !== null
  }

  /** Whether its process may have gone further than its last checkpoint, and can be told to keep where it is. */
  get mayHaveNews(): boolean {
    const { state } = this.#status
    return this.hasProcess && (state === 'running' || state === 'paused')
  }

  /** Starts the process. Throws what the process refuses the lab for; then there is no process, and the state is as before. */
  async launch(restore: boolean, paused = false): Promise<RunStatus> {
    const before = { ...this.#status, notice: undefined, queue: undefined }
    const { lab, engine, data: id, from } = this.request
    const data = id === null ? null : await this.#context.readData(id)
    await writeRequest(this.folder, this.request)
    if (restore) {
      await this.#loadHistory()
      this.#restoring = true
    } else {
      this.#history = new History()
      await rm(metricsPath(this.folder), { force: true })
    }
    const live = this.#attach()
    this.#take({ ...before, state: 'starting', problem: null })
    try {
      const { run } = before
      await this.#ask((call) => call.start({ run, lab, engine, data, directory: this.folder, restore, from, paused }))
      this.#cutHistory()
      if (this.#views.size > 0) await this.#sendView()
      return this.#status
    } catch (error) {
      const died = error instanceof LabError && error.code === 'run.ended'
      if (!died) this.#live = null // so that its end, which is ours, does not count as an interruption
      await this.#detach(live, 0)
      const problem = (died ? this.#status.problem : null) ?? toProblem(error)
      this.#take({ ...before, state: isUnderWay(before) ? 'failed' : before.state, problem })
      throw fromProblem(problem)
    }
  }

  /** It waits for its turn, at this place in the line. */
  wait(queue: number): void {
    if (this.#status.queue === queue) return
    if (!this.#waits) this.#keep(() => writeRequest(this.folder, this.request))
    this.#take({ ...this.#status, state: 'queued', problem: null, queue })
  }

  /** It no longer waits for its turn: it is what it was before, paused or never started. */
  leaveLine(): void {
    this.#take({ ...this.#status, state: this.hasProcess ? 'paused' : 'stopped', queue: undefined })
  }

  /** Goes on after a pause; its turn has come. */
  async resume(): Promise<void> {
    this.#take({ ...this.#status, state: 'paused', queue: undefined })
    await this.command('resume')
  }

  /** Throws `run.queued` while it waits for its turn, and `run.ended` where there is no process to tell. */
  async command(command: 'pause' | 'resume' | 'step' | 'stop' | 'checkpoint' | 'evaluate'): Promise<RunStatus> {
    this.#requireTurn()
    await this.#ask((call) => call.command({ command }))
    return this.#status
  }

  /** Throws as `command` does. */
  async tune(change: Parameters<Caller<RunMethods>['tune']>[0]): Promise<RunStatus> {
    this.#requireTurn()
    await this.#ask((call) => call.tune(change))
    return this.#status
  }

  /** What a viewer looks at. The process computes what all viewers want, of the sample that was last chosen. */
  async view(viewer: object, view: ViewRequest): Promise<void> {
    this.#views.delete(viewer)
    this.#views.set(viewer, view)
    // Of a run that waits to be started there is nothing to see yet; it is looked at from its first step.
    if (this.#live || !this.#waits) await this.#sendView()
  }

  /** The viewer is gone. A process that ends meanwhile need not know. */
  async unview(viewer: object): Promise<void> {
    if (!this.#views.delete(viewer) || !this.#live) return
    await this.#sendView().catch((error: unknown) => {
      if (!(error instanceof LabError && error.code === 'run.ended')) throw error
    })
  }

  async history(): Promise<RunHistory> {
    return { status: this.#status, ...(await this.#loadHistory()).snapshot(), summary: this.#summary }
  }

  /** Ends the process: asks it to stop and gives it `grace` milliseconds to write its checkpoint and leave, then kills it. */
  async end(grace: number): Promise<void> {
    const live = this.#live
    if (live) {
      // That it dies while it is asked is as good.
      const stopped = this.underWay ? this.command('stop').catch(() => undefined) : Promise.resolve()
      await within(grace, stopped)
      await this.#detach(live, grace)
    }
    await this.#saved
  }

  /** Takes the files of a run that never started off the disk, and nothing else: the folder may be the person's own. */
  async discard(): Promise<void> {
    await this.#saved
    await removeRun(this.folder)
  }

  /** Takes all its files off the disk. Only when it is not under way. */
  async remove(): Promise<void> {
    await this.end(0)
    await removeRunWithCheckpoints(this.folder)
  }

  get #waits(): boolean {
    return this.#status.state === 'queued'
  }

  #requireTurn(): void {
    if (this.#waits) throw new LabError('run.queued', { place: this.#status.queue ?? 1 })
  }

  async #loadHistory(): Promise<History> {
    this.#history ??= await readMetrics(metricsPath(this.folder))
    return this.#history
  }

  /** What was trained after the checkpoint is lost; what its process has told since is not. */
  #cutHistory(): void {
    if (this.#restoring) this.#history?.cut(this.#status.step)
    this.#restoring = false
  }

  #attach(): Live {
    const process = this.#context.spawn()
    const connection = connect(process.port, runMethods, runEvents)
    const metrics = openMetrics(metricsPath(this.folder), (error) => this.#context.log('metrics', error))
    const exited = new Promise<void>((resolve) => {
      process.onExit((how) => {
        connection.close()
        if (this.#live?.process === process) {
          this.#live = null
          if (this.underWay) this.#interrupt(how)
        }
        void metrics.close().then(resolve)
      })
    })
    connection.on('status', (status) => {
      this.#statusesTold++
      // A process that waits to go on is paused for its own part.
      const waits = this.#waits && status.state === 'paused'
      this.#take(waits ? { ...status, state: 'queued', queue: this.#status.queue } : status)
      this.#cutHistory()
    })
    connection.on('summary', (summary) => (this.#summary = summary))
    connection.on('frame', this.#context.onFrame)
    connection.on('telemetry', (telemetry) => {
      this.#history?.add(telemetry)
      metrics.append(telemetry)
      this.#context.onTelemetry(telemetry)
    })
    this.#live = { process, connection, exited }
    return this.#live
  }

  async #detach(live: Live, grace: number): Promise<void> {
    live.connection.close()
    if (!(await within(grace, live.exited))) live.process.kill()
    await live.exited
  }

  /** A status in a reply counts only if none was told since the call: events may overtake the code that waits for the reply. */
  async #ask(request: (call: Caller<RunMethods>) => Promise<RunStatus | void>): Promise<void> {
    if (!this.#live) throw new LabError('run.ended', { run: this.#status.run })
    const told = this.#statusesTold
    try {
      const reply = await request(this.#live.connection.call)
      if (reply && told === this.#statusesTold) this.#take(reply)
    } catch (error) {
      const died = error instanceof LabError && error.code === 'connection-closed'
      throw died ? new LabError('run.ended', { run: this.#status.run }) : error
    }
  }

  async #sendView(): Promise<void> {
    const views = [...this.#views.values()]
    const union = (part: 'probes' | 'states'): string[] => [...new Set(views.flatMap((view) => view[part]))].slice(0, 200)
    const view = { sample: views.at(-1)?.sample ?? 0, probes: union('probes'), states: union('states') }
    await this.#ask((call) => call.view({ view }))
  }

  #interrupt(how: string): void {
    const { run, checkpoint } = this.#status
    const code = checkpoint === null ? 'run.interrupted-at-start' : 'run.interrupted'
    const problem = toProblem(new LabError(code, { run, how, step: checkpoint ?? 0 }))
    this.#take({ ...this.#status, state: 'interrupted', queue: undefined, problem })
  }

  #take(status: RunStatus): void {
    const before = this.#status
    // What became of the weights it began with is told once, and the baseline not before an evaluation: a process that goes on from a
    // checkpoint does not know them.
    const { transplant, baseline } = before
    this.#status = { ...status, transplant: status.transplant ?? transplant, baseline: status.baseline ?? baseline }
    this.#context.onStatus(this.#status)
    const kept = ({ state, checkpoint, problem, learningRate }: RunStatus): string =>
      JSON.stringify([state, checkpoint, problem, learningRate])
    if (kept(before) !== kept(status)) this.#save()
  }

  #save(): void {
    this.#keep(() => writeRecord(this.folder, { status: this.#status, summary: this.#summary, owner: process.pid }))
  }

  /** Writes after what is being written. */
  #keep(write: () => Promise<void>): void {
    this.#saved = this.#saved.then(write).catch((error: unknown) => this.#context.log(this.folder, error))
  }
}

/** Whether the promise settled within so many milliseconds. */
async function within(milliseconds: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), milliseconds)))
  try {
    return await Promise.race([promise.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}

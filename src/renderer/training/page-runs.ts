/** The runs that train in this page. One trains at a time here, by the choice of its user; models of ended ones are kept until the next. */
import { shallowRef, type ShallowRef } from 'vue'
import { newAbort } from '@core/contract/cancel'
import { continuedBeyond } from '@core/contract/continue'
import type { LabMethods } from '@core/contract/lab'
import type { RunCheckpoint } from '@core/contract/page-runs'
import type { Budget, RunOverview, RunPart, RunStatus } from '@core/contract/runs'
import { isUnderWay } from '@core/contract/run-state'
import type { Argument, CallOptions } from '@core/contract/table'
import { LabError, type Problem } from '@core/errors'
import { labToKeep } from '@core/lab/kept'
import type { SeriesParts } from '@core/series/series'
import { budgetOf } from '@engine/budget'
import { Findings } from '@engine/findings'
import type { Host } from '../api/host'
import { PageRun, type Beginning } from './page-run'
import { Reporter } from './reporter'
import type { PageWorker, StartPageWorker } from './start-worker'

interface Held {
  readonly run: PageRun
  readonly lease: string
  readonly reporter: Reporter
}

/** Milliseconds for the trial of a lab. */
const longestTrial = 3000

const hex = (bytes: number): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, '0')).join('')

export class PageRuns {
  /** Whether new runs train in this page. */
  readonly chosen: ShallowRef<boolean> = shallowRef(false)
  readonly #host: Host
  readonly #start: StartPageWorker
  readonly #held = new Map<string, Held>()
  readonly #moved = new Set<(run: string) => void>()
  readonly #problems = new Set<(problem: Problem) => void>()
  readonly #texts = new Map<string, string>()
  #trial: PageWorker | null = null

  constructor(host: Host, start: StartPageWorker) {
    this.#host = host
    this.#start = start
  }

  /** Undefined if it does not train in this page. */
  get(run: string): PageRun | undefined {
    return this.#held.get(run)?.run
  }

  /** Those in this page, for the list. */
  get overviews(): RunOverview[] {
    return Array.from(this.#held.values(), ({ run }) => run.overview)
  }

  /** Whether closing the page would lose training. */
  get isNeeded(): boolean {
    return [...this.#held.values()].some(({ run, reporter }) => run.underWay || !reporter.isDone)
  }

  /** Called with the id of a run whenever it begins or ceases to be in this page. Returns a function that stops it. */
  onMoved(listener: (run: string) => void): () => void {
    this.#moved.add(listener)
    return () => void this.#moved.delete(listener)
  }
  /** Called when a run cannot be reported. */
  onProblem(listener: (problem: Problem) => void): void {
    this.#problems.add(listener)
  }

  /** As `runs.start`. */
  async start({ lab, data, paused, from }: Argument<LabMethods, 'runs.start'>): Promise<RunStatus> {
    const weights = from === null ? null : { run: from, files: await this.#filesOf(from) }
    return this.#begin({
      ...{ id: `${Date.now().toString(36)}-${hex(6)}`, lab: labToKeep(lab), data, text: await this.#textOf(data), paused },
      ...{ files: [], series: {}, from: weights, continuedFrom: null },
    })
  }

  /** As `runs.resume`. */
  async resume({ run: id, more }: Argument<LabMethods, 'runs.resume'>): Promise<RunStatus> {
    const held = this.get(id)
    const { lab, data, continuedFrom, status, files } = held ?? (await this.#host.call['runs.checkpoint']({ run: id }))
    if (isUnderWay(status)) throw new LabError('run.under-way', { run: id })
    if (status.checkpoint === null) throw new LabError('run.no-checkpoint', { run: id })
    if (status.state === 'finished' && more === null) throw new LabError('run.finished', { run: id })
    const next = more === null ? { lab, continuedFrom } : continuedBeyond(lab, status, more)
    const series = held ? held.series : await this.#seriesOf(id)
    return this.#begin({ ...next, id, data, text: await this.#textOf(data), files, series, from: null, paused: false })
  }

  /** As `lab.budget`, for this computer. */
  async budget(
    { lab, data }: Pick<Argument<LabMethods, 'lab.budget'>, 'lab' | 'data'>,
    { signal }: CallOptions<never> = {},
  ): Promise<Budget> {
    const spec = await this.#host.call['task.describe']({ task: lab.task, data })
    const text = await this.#textOf(data)
    if (signal?.aborted || [...this.#held.values()].some(({ run }) => run.underWay)) throw new LabError('budget.busy')
    this.#trial?.close()
    const worker = (this.#trial = this.#start())
    const findings = new Findings()
    const end = newAbort()
    const timer = setTimeout(() => end.abort(), longestTrial)
    try {
      const gathering = findings.gather((steps, evaluate) =>
        worker.call.measure({ lab, engine: 'tfjs', data: text, steps, evaluate }, { signal: end.signal }),
      )
      await gathering.catch((error: unknown) => {
        if (!end.signal.aborted) throw error
      })
      const trial = findings.trial()
      if (!trial) throw new LabError('budget.too-slow', { seconds: longestTrial / 1000 })
      return budgetOf(lab, spec, trial)
    } finally {
      clearTimeout(timer)
      worker.close()
      if (this.#trial === worker) this.#trial = null
    }
  }

  /** Resolves when the host has everything of all runs. Throws LabError. */
  async settle(): Promise<void> {
    await Promise.all([...this.#held.values()].map(({ reporter }) => reporter.settle()))
  }

  /** Leaves an ended run to the host, which must have everything of it. */
  async leave(id: string): Promise<void> {
    const held = this.#held.get(id)
    if (!held || held.run.underWay) return
    await held.reporter.settle()
    this.#drop(id, held)
  }

  async #begin(beginning: Omit<Beginning, 'before'>): Promise<RunStatus> {
    this.#trial?.close()
    const before = this.#held.get(beginning.id)
    before?.reporter.end()
    await before?.reporter.idle()
    this.#makeRoom(beginning.id)
    const run = await PageRun.begin(this.#start, { ...beginning, before: before?.run ?? null })
    const lease = before?.lease ?? hex(8)
    const reporter = new Reporter(this.#host, run, lease, {
      lost: (problem) => {
        this.#drop(run.id, held)
        for (const tell of this.#problems) tell(problem)
      },
      failed: (problem) => {
        for (const tell of this.#problems) tell(problem)
      },
      command: (command) => void run.command(command).catch(() => undefined),
    })
    const held = { run, lease, reporter }
    this.#held.set(run.id, held)
    this.#tellMoved(run.id)
    return run.status
  }

  /** Models of ended runs make room for the next; what the host does not have yet is kept. */
  #makeRoom(next: string): void {
    for (const [id, held] of this.#held) {
      if (held.run.underWay) continue
      held.run.close()
      if (held.reporter.isDone && id !== next) this.#drop(id, held)
    }
  }

  #drop(id: string, { run, reporter }: Held): void {
    reporter.end()
    if (this.#held.get(id)?.run === run) this.#held.delete(id)
    run.close()
    this.#tellMoved(id)
  }

  #tellMoved(run: string): void {
    for (const listener of this.#moved) listener(run)
  }

  async #filesOf(run: string): Promise<RunCheckpoint['files']> {
    const held = this.get(run)
    return held ? held.files : (await this.#host.call['runs.checkpoint']({ run })).files
  }

  /** What the host has recorded. */
  async #seriesOf(run: string): Promise<SeriesParts> {
    const abort = newAbort()
    let found: SeriesParts = {}
    const onPart = ({ series = {} }: RunPart): void => {
      found = series
      abort.abort()
    }
    await this.#host.call['runs.follow']({ run }, { signal: abort.signal, onPart }).catch((error: unknown) => {
      if (!abort.signal.aborted) throw error
    })
    return found
  }

  /** A learner's text, kept for a time without connection. */
  async #textOf(data: string | null): Promise<string | null> {
    if (data === null) return null
    const text = this.#texts.get(data) ?? (await this.#host.call['data.read']({ data }))
    this.#texts.set(data, text)
    return text
  }
}

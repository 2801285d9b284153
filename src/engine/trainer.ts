/**
 * Drives a model: steps, evaluations, views and checkpoints, one after another on one line. Commands join that line, so each finds
 * the model between two steps. Nothing but the steps themselves changes a number: pausing, looking and evaluating never do.
 */
import type { Evaluation, ViewRequest } from '@core/contract/lab'
import { fromProblem, LabError, toProblem, type Problem } from '@core/errors'
import { CheckpointFolder } from './checkpoint'
import { baseline, evaluate, quick, thorough, type Extent } from './evaluation'
import { requireGate, type Gates } from './feeds'
import { inspect } from './inspection'
import { disposeModel, exportStates, hashStates, importStates, type Model } from './model'
import { Budget, StepClock } from './pace'
import { judge, untried, type PatienceState } from './patience'
import type { Storage, Surroundings } from './surroundings'
import type { TrainerListener, TrainerState, TrainerStatus } from './trainer-listener'
import { trainStep } from './training-step'

export interface TrainerOptions {
  readonly surroundings: Surroundings
  /** Where checkpoints go; null for none. */
  readonly storage: Storage | null
  readonly paused: boolean
  readonly listener: TrainerListener
}

export type Command = 'pause' | 'resume' | 'step' | 'stop' | 'checkpoint' | 'evaluate'

/** Commands are heard at least this often, in milliseconds, unless one step takes longer. */
const turnEvery = 8
const frameEvery = 100
const frameShare = 20
const frameAtLeastEvery = 3000
/** From the beginning of one checkpoint to that of the next: with the time of writing it, a crash costs less than 10 seconds. */
const checkpointEvery = 8000
const firstCheckpointAfter = 1000

export class Trainer {
  readonly clock = new StepClock()
  private readonly frames = new Budget(frameEvery, frameShare, frameAtLeastEvery)
  private readonly line: (() => Promise<void>)[] = []
  private readonly gates = new Map<string, Float32Array>()
  private state: TrainerState
  private step = 0
  private learningRate: number
  private readonly checkpoints: CheckpointFolder | null
  private checkpoint: number | null = null
  private problem: Problem | null = null
  private lastLoss = NaN
  private baseline: TrainerStatus['baseline']
  /** The step of the last evaluation. */
  private evaluated = 0
  private patience: PatienceState = untried
  private view: ViewRequest | null = null
  private lastTurn: number
  private nextCheckpoint: number
  private writing: Promise<void> = Promise.resolve()
  /** Commands in the line that a long evaluation gives way to. */
  private urgent = 0
  private ending = false
  private wake: () => void = () => undefined

  constructor(
    private readonly model: Model,
    private readonly options: TrainerOptions,
  ) {
    const { storage, surroundings, paused } = options
    this.checkpoints = storage && new CheckpointFolder(storage, surroundings)
    this.state = paused ? 'paused' : 'running'
    this.lastTurn = this.now
    this.nextCheckpoint = this.now + firstCheckpointAfter
    this.learningRate = model.lab.training.learningRate
  }

  get status(): TrainerStatus {
    const { state, step, learningRate, checkpoint, problem } = this
    const gates = Object.fromEntries([...this.gates].map(([name, values]) => [name, [...values]]))
    const known = { ...(this.gates.size > 0 && { gates }), ...(this.baseline && { baseline: this.baseline }) }
    return { state, step, learningRate, checkpoint, problem, ...known }
  }

  /**
   * Goes on from the checkpoint in the directory, or the one before if it is damaged. Throws LabError if there is none that fits.
   * Only before `run`.
   */
  async restore(): Promise<void> {
    if (!this.checkpoints) throw new LabError('checkpoint.missing', { directory: '' })
    const { states, step, learningRate, patience, damage } = await this.checkpoints.read()
    importStates(this.model, states)
    if (damage) this.problem = toProblem(new LabError('checkpoint.previous', { ...damage.params, step }))
    this.step = step
    this.checkpoint = step
    this.learningRate = learningRate
    this.patience = patience ?? untried
  }

  /** Trains until it is ended; commands are served all the while, also after the last step. */
  async run(): Promise<void> {
    this.options.listener.status(this.status)
    while ((await this.serve()) === 'go on') {
      if (this.state !== 'running') await this.idle()
      else if (!this.isDone) await this.advance().catch((error: unknown) => this.fail(error))
      else await this.finish().catch((error: unknown) => this.fail(error))
    }
    await this.writing
    disposeModel(this.model)
  }

  /** Resolves when the command has been carried out. */
  command(command: Command): Promise<TrainerStatus> {
    const commands: Record<Command, () => unknown> = {
      pause: () => this.pass('running', 'paused'),
      resume: () => this.pass('paused', 'running'),
      step: () => this.singleStep(),
      stop: () => this.stop(),
      checkpoint: () => this.writeCheckpoint(),
      evaluate: () => this.evaluate(thorough),
    }
    return this.enqueue(commands[command], command === 'stop' || command === 'pause')
  }

  /** Changes what the next step sees. Gates act on views and evaluations, not on training. Throws LabError on an unknown gate. */
  tune(change: { learningRate?: number | undefined; gates?: Readonly<Record<string, readonly number[]>> | undefined }) {
    return this.enqueue(async () => {
      const { program } = this.model.inspect
      const gates = Object.entries(change.gates ?? {}).map(
        ([name, values]) => [name, requireGate(program, name, values)] as const,
      )
      gates.forEach(([name, values]) => this.gates.set(name, values))
      if (change.learningRate !== undefined) this.learningRate = change.learningRate
      this.options.listener.status(this.status)
      if (gates.length > 0 && this.state !== 'running') await this.sendFrame()
    })
  }

  /** What is looked at from now on. While nothing trains, the frame comes at once. */
  async look(view: ViewRequest): Promise<void> {
    await this.enqueue(async () => {
      this.view = view
      this.frames.hurry()
      if (this.state !== 'running') await this.sendFrame()
    })
  }

  /** Ends `run`, with a checkpoint if steps were taken since the last one. */
  async end(): Promise<void> {
    await this.enqueue(async () => {
      this.ending = true
      if (this.state === 'running' || this.state === 'paused') await this.settle()
    }, true)
  }

  private enqueue(work: () => unknown, urgent = false): Promise<TrainerStatus> {
    if (urgent) this.urgent++
    return new Promise((resolve, reject) => {
      this.line.push(async () => {
        if (urgent) this.urgent--
        await Promise.resolve()
          .then(work)
          .then(() => resolve(this.status), reject)
      })
      this.wake()
    })
  }

  private async serve(): Promise<'go on' | 'end'> {
    await this.turn()
    for (let work = this.line.shift(); work; work = this.line.shift()) await work()
    return this.ending ? 'end' : 'go on'
  }

  /** Until a command comes. */
  private async idle(): Promise<void> {
    if (this.line.length === 0) await new Promise<void>((resolve) => (this.wake = resolve))
  }

  /** Lets messages in, if it is time. */
  private async turn(): Promise<void> {
    if (this.now - this.lastTurn < turnEvery) return
    await this.options.surroundings.nextTurn()
    this.lastTurn = this.now
  }

  private get now(): number {
    return this.options.surroundings.now()
  }
  private get isDone(): boolean {
    return this.step >= this.model.lab.training.steps || this.isExhausted
  }
  private get isExhausted(): boolean {
    const { patience } = this.model.lab.training
    return patience !== null && this.patience.since >= patience
  }
  private get isEvaluationDue(): boolean {
    const { evaluateEvery, patience } = this.model.lab.training
    if (this.step === 0 || this.step % evaluateEvery !== 0) return false
    return this.evaluated !== this.step || (patience !== null && this.patience.judged !== this.step)
  }

  private async advance(): Promise<void> {
    // Before the step: just after it, what it told is still on its way, and a viewer would always seem to be behind.
    if (this.view && this.frames.isDue(this.now) && this.options.listener.wantsFrame()) {
      await this.sendFrame().catch((error: unknown) => this.dropView(error))
    }
    // An evaluation that gave way to a pause or a stop is made up for before training goes on.
    if (this.isEvaluationDue) {
      await this.evaluateOnSchedule()
      return
    }
    await this.trainOnce()
    if (this.state === 'running') this.checkpointIfDue(this.now)
  }

  private async trainOnce(): Promise<void> {
    const began = this.now
    const next = this.step + 1
    try {
      const result = await trainStep(this.model, next, this.learningRate)
      this.step = next
      this.lastLoss = result.loss
      const now = this.now
      this.clock.add(now - began, now)
      this.options.listener.step(next, result)
    } catch (error) {
      this.fail(error)
    }
  }

  private async singleStep(): Promise<void> {
    if (this.state !== 'paused') return
    const { patience } = this.model.lab.training
    // When it ends must not depend on how its steps were taken.
    if (patience !== null && this.isEvaluationDue && !(await this.evaluateOnSchedule())) return
    if (!this.isDone) await this.trainOnce()
    if (this.status.state === 'paused' && this.isDone) await this.finish()
    else this.options.listener.status(this.status)
    await this.sendFrame()
    if (this.status.state === 'paused') this.checkpointIfDue(this.now)
  }

  private async finish(): Promise<void> {
    const { model } = this
    const evaluation = await this.evaluate(thorough)
    // Stopped or ended meanwhile: that comes first.
    if (!evaluation) return
    await this.settle()
    this.options.listener.summary({
      steps: this.step,
      // Resumed at the last step, no step was taken.
      loss: Number.isNaN(this.lastLoss) ? evaluation.loss : this.lastLoss,
      evaluation: { loss: evaluation.loss, ...evaluation.metrics },
      parameters: model.parameters,
      engine: model.engine,
      endedEarly: this.step < model.lab.training.steps,
      msPerStep: this.clock.median,
      stateHash: hashStates(model, this.options.surroundings),
    })
    this.become('finished')
    await this.sendFrame()
  }

  private async stop(): Promise<void> {
    if (this.state !== 'running' && this.state !== 'paused') return
    await this.settle()
    this.become('stopped')
    await this.sendFrame()
  }

  /** The last checkpoint stays as it is: numbers that were about to overflow are not worth going on from. */
  private fail(error: unknown): void {
    this.problem = toProblem(error)
    this.become('failed')
  }

  /** Where it may end early, also counts that, whatever is muted meanwhile; false if it gave way to an urgent command. */
  private async evaluateOnSchedule(): Promise<boolean> {
    const evaluation = await this.evaluate(quick)
    if (this.model.lab.training.patience === null) return evaluation !== null
    const judged = this.gates.size === 0 ? evaluation : await this.measure(quick, new Map())
    if (!evaluation || !judged) return false
    this.patience = judge(this.patience, judged)
    return true
  }

  /** null if it gave way to an urgent command. */
  private measure(extent: Extent, gates: Gates): Promise<Evaluation | null> {
    const pause = async () => {
      await this.turn()
      return this.urgent > 0 ? 'give up' : 'go on'
    }
    return evaluate(this.model, this.step, gates, extent, pause)
  }

  /** As the model is looked at, told to whoever listens; null as above. */
  private async evaluate(extent: Extent): Promise<Evaluation | null> {
    const evaluation = await this.measure(extent, this.gates)
    if (!evaluation) return null
    this.evaluated = evaluation.step
    this.options.listener.evaluation(evaluation)
    if (!this.baseline) {
      this.baseline = baseline(this.model)
      this.options.listener.status(this.status)
    }
    return evaluation
  }

  /** Copies the states and writes them while training goes on. */
  private checkpointIfDue(now: number): void {
    if (now < this.nextCheckpoint) return
    this.nextCheckpoint = Infinity
    this.writing = this.save().finally(() => (this.nextCheckpoint = now + checkpointEvery))
  }

  /** Writes where training stands, after what is being written. A failure is told and ends nothing. */
  private async settle(): Promise<void> {
    await this.writing
    await this.save()
  }

  /** On demand: throws LabError `checkpoint.unwritable`. */
  private async writeCheckpoint(): Promise<void> {
    await this.settle()
    if (this.checkpoints && this.checkpoint !== this.step && this.problem) throw fromProblem(this.problem)
  }

  private async save(): Promise<void> {
    const { step, learningRate, patience, model, checkpoints } = this
    if (!checkpoints || this.checkpoint === step) return
    const states = exportStates(model)
    // An update may have overflowed without the loss having seen it yet: the last checkpoint stays the last good one.
    if (![...states.values()].every(({ data }) => data.every(Number.isFinite))) return
    const { lab, engine } = model
    this.options.listener.status(this.status) // whoever goes on from this checkpoint has been told all steps before it
    try {
      await checkpoints.write({ step, seed: lab.training.seed, learningRate, engine, patience, lab, states })
      this.checkpoint = step
      if (this.problem?.code.startsWith('checkpoint.')) this.problem = null
    } catch (error) {
      this.problem = toProblem(error)
    }
    this.options.listener.status(this.status)
  }

  private async sendFrame(): Promise<void> {
    if (!this.view) return
    const began = this.now
    const frame = await inspect(this.model, this.view, this.gates)
    this.options.listener.frame({ step: this.step, ...frame })
    this.frames.spend(began, this.now)
  }

  /** What cannot be shown, e.g. for want of memory, is told and not tried again: training goes on without it. */
  private dropView(error: unknown): void {
    this.view = null
    this.problem = toProblem(error)
    this.options.listener.status(this.status)
  }

  private pass(from: TrainerState, to: TrainerState): void {
    if (this.state === from) this.become(to)
  }

  private become(state: TrainerState): void {
    this.state = state
    this.options.listener.status(this.status)
  }
}

/**
 * Drives a training: steps, evaluations and checkpoints, one after another. Commands and other work on the model are queued and
 * run between two steps. Only steps change numbers: pausing, looking and evaluating never do.
 */
import type { RunCommand } from '@core/contract/runs'
import { fromProblem, LabError, toProblem, type Problem } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import { readLab } from '@core/lab/read'
import { sameRun } from '@core/lab/same'
import { bestIn, writeBest, type Best } from './best-checkpoint'
import { CheckpointFolder } from './checkpoint'
import { baseline, isSameExtent, namedClasses, quick, tallied, thorough, type Extent, type Tally } from './evaluation'
import { StepClock } from './pace'
import { MomentWriter } from './moments'
import { observe, untried, type PatienceState } from './patience'
import type { Storage, Surroundings } from './surroundings'
import type { TrainerListener, TrainerState, TrainerStatus } from './trainer-listener'
import { exportStates, exportWeights, hashStates, importStates, type Training } from './training'
import { trainStep } from './training-step'
import { WorkLine, type Pace } from './work-line'

export interface TrainerOptions {
  readonly surroundings: Surroundings
  /** Where checkpoints are stored; null for none. */
  readonly storage: Storage | null
  /** Bytes on the disk for moments; 0 for none. */
  readonly moments?: number
  readonly paused: boolean
  readonly listener: TrainerListener
}

export interface RestoreOptions {
  readonly continuedFrom?: number | null
  /** The last step whose measurements are kept; Infinity if it does not matter. */
  readonly recorded?: number
}

/** Commands are handled at least this often, in milliseconds, unless a single step takes longer. */
const turnEvery = 8
/**
 * Milliseconds from the start of one checkpoint to that of the next: including the time to write it, a crash costs less than 10
 * seconds.
 */
const checkpointEvery = 8000
const firstCheckpointAfter = 1000

export class Trainer {
  readonly clock = new StepClock()
  private readonly line: WorkLine
  private state: TrainerState
  private readonly checkpoints: CheckpointFolder | null
  private readonly moments: MomentWriter | null
  private checkpoint: number | null = null
  private problem: Problem | null = null
  private lastLoss = NaN
  private baseline: TrainerStatus['baseline']
  /** Step of the last evaluation. */
  private evaluated = 0
  private patience: PatienceState = untried
  /** The best weights stored, if any. */
  private best: Best | null = null
  private lastTurn: number
  private nextCheckpoint: number
  private writing: Promise<void> = Promise.resolve()
  /** Queued commands that interrupt a long evaluation. */
  private urgent = 0
  /** The step after which training pauses. */
  private until = Infinity
  private ending = false

  constructor(
    private readonly training: Training,
    private readonly options: TrainerOptions,
  ) {
    const { storage, surroundings, paused, moments = 0 } = options
    this.checkpoints = storage && new CheckpointFolder(storage, surroundings)
    this.moments = storage && moments > 0 ? new MomentWriter(storage, surroundings, surroundings.now, moments) : null
    this.line = new WorkLine(surroundings.now)
    this.state = paused ? 'paused' : 'running'
    this.lastTurn = this.now
    this.nextCheckpoint = this.now + firstCheckpointAfter
  }

  get status(): TrainerStatus {
    const { state, step, training, checkpoint, problem } = this
    const known = this.baseline && { baseline: this.baseline }
    return { state, step, learningRate: training.learningRate, checkpoint, problem, ...known }
  }

  /**
   * Resumes from the checkpoint in the directory, or from the previous one if it is damaged or if the steps in between were
   * recorded only up to `recorded`. `continuedFrom` is the step where training had ended before it was extended; early stopping
   * restarts its count there. Throws LabError if no checkpoint fits. Must be called before `run`.
   */
  async restore({ continuedFrom = null, recorded = Infinity }: RestoreOptions = {}): Promise<void> {
    if (!this.checkpoints) throw new LabError('checkpoint.missing', { directory: '' })
    const { states, step, learningRate, patience, lab, damage } = await this.checkpoints.read({
      recorded,
      atLeast: continuedFrom ?? 0,
    })
    importStates(this.training, states, step)
    requireOwn(readLab(lab), this.model.lab, step)
    if (damage) this.problem = toProblem(new LabError('checkpoint.previous', { ...damage.params, step }))
    this.checkpoint = step
    this.training.learningRate = learningRate
    const { storage, surroundings } = this.options
    this.best = storage && (await bestIn(storage, surroundings))
    this.patience = step === continuedFrom ? untried : (patience ?? untried)
    await this.moments?.cut(step)
    // Extended runs have another schedule from here on.
    if (step === continuedFrom) this.writeMoment(true)
  }

  /** Trains until ended; handles commands throughout, also after the last step. */
  async run(): Promise<void> {
    if (this.checkpoint === null) this.writeMoment(this.step > 0) // the beginning, which nothing leads to
    this.options.listener.status(this.status)
    while ((await this.serve()) === 'go on') {
      if (this.state !== 'running') await this.line.something()
      else if (this.isThere) this.become('paused')
      else if (!this.isDone) await this.advance().catch((error: unknown) => this.fail(error))
      else await this.finish().catch((error: unknown) => this.fail(error))
    }
    await this.writing
    await this.moments?.settled()
    await this.line.serve(() => false) // answer the looks still queued
    this.model.dispose()
  }

  /**
   * Resolves when the command has been carried out. A training that is resumed pauses again after the step `until`, and the evaluation due
   * then; at once if it is there.
   */
  command(command: RunCommand, until: number | null = null): Promise<TrainerStatus> {
    const commands: Record<RunCommand, () => unknown> = {
      pause: () => this.pass('running', 'paused'),
      resume: () => {
        this.until = until ?? Infinity
        if (!this.isThere) this.pass('paused', 'running')
      },
      step: () => this.singleStep(),
      stop: () => this.stop(),
      checkpoint: () => this.writeCheckpoint(),
      evaluate: () => this.evaluate(thorough),
    }
    return this.enqueue(commands[command], command === 'stop' || command === 'pause')
  }

  /** Changes settings from the next step on. */
  tune({ learningRate }: { learningRate?: number | undefined }): Promise<TrainerStatus> {
    return this.enqueue(() => {
      if (learningRate !== undefined && learningRate !== this.training.learningRate) {
        this.training.learningRate = learningRate
        this.writeMoment(true)
      }
      this.options.listener.status(this.status)
    })
  }

  /**
   * Runs `work` on the model between two steps and returns its result. `work` must leave every state unchanged. While training
   * is paused or over, its pace does not matter.
   */
  between<T>(work: (training: Training) => Promise<T>, pace: Pace = 'at once'): Promise<T> {
    return new Promise((resolve, reject) => {
      this.line.add({ pace, run: () => work(this.training).then(resolve, reject) })
    })
  }

  /** Ends `run`, with a checkpoint if steps were taken since the last one or if the last one could not be written. */
  async end(): Promise<void> {
    await this.enqueue(async () => {
      this.ending = true
      if (this.state !== 'failed') await this.settle()
    }, true)
  }

  private enqueue(work: () => unknown, urgent = false): Promise<TrainerStatus> {
    if (urgent) this.urgent++
    return new Promise((resolve, reject) => {
      const run = async () => {
        if (urgent) this.urgent--
        await Promise.resolve()
          .then(work)
          .then(() => resolve(this.status), reject)
      }
      this.line.add({ pace: 'at once', run })
    })
  }

  private async serve(): Promise<'go on' | 'end'> {
    await this.turn()
    await this.line.serve(() => this.state === 'running')
    return this.ending ? 'end' : 'go on'
  }

  /** Handles messages if it is time to. */
  private async turn(): Promise<void> {
    if (this.now - this.lastTurn < turnEvery) return
    await this.options.surroundings.nextTurn()
    this.lastTurn = this.now
  }

  private get now(): number {
    return this.options.surroundings.now()
  }
  private get model() {
    return this.training.model
  }
  private get step(): number {
    return this.model.step
  }
  private get isDone(): boolean {
    return this.step >= this.model.lab.training.steps || this.isExhausted
  }
  /** Whether it is to wait at this step. */
  private get isThere(): boolean {
    return !this.isDone && this.step >= this.until && !this.isEvaluationDue
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
    // Make up for an evaluation that was interrupted by a pause or a stop before training continues.
    if (this.isEvaluationDue) {
      await this.evaluateOnSchedule()
      return
    }
    await this.trainOnce()
    if (this.state === 'running') this.checkpointIfDue(this.now)
  }

  private async trainOnce(): Promise<void> {
    const began = this.now
    try {
      const result = await trainStep(this.training)
      this.lastLoss = result.loss
      const now = this.now
      this.clock.add(now - began, now)
      this.options.listener.step(this.step, result)
      if (this.moments?.isDue(this.step, this.model.lab.training.evaluateEvery)) this.writeMoment(false)
    } catch (error) {
      this.fail(error)
    }
  }

  private async singleStep(): Promise<void> {
    if (this.state !== 'paused') return
    const { patience } = this.model.lab.training
    // When training ends must not depend on how its steps were taken.
    if (patience !== null && this.isEvaluationDue && !(await this.evaluateOnSchedule())) return
    if (!this.isDone) await this.trainOnce()
    if (this.status.state === 'paused' && this.isDone) await this.finish()
    else this.options.listener.status(this.status)
    if (this.status.state === 'paused') this.checkpointIfDue(this.now)
  }

  private async finish(): Promise<void> {
    const { model } = this
    const tally = await this.evaluate(thorough)
    // Stopped or ended meanwhile, which comes first.
    if (!tally) return
    const { scores: evaluation } = tally
    if (!this.best || isSameExtent(this.training, quick, thorough)) await this.keepIfBest(evaluation.loss)
    await this.settle()
    const classes = namedClasses(this.training, tally.classes)
    this.options.listener.summary({
      steps: this.step,
      // No step was taken when resuming at the last one.
      loss: Number.isNaN(this.lastLoss) ? evaluation.loss : this.lastLoss,
      evaluation: { loss: evaluation.loss, ...evaluation.metrics },
      parameters: model.parameters,
      engine: model.engine,
      endedEarly: this.step < model.lab.training.steps,
      msPerStep: this.clock.median,
      stateHash: hashStates(this.training, this.options.surroundings),
      ...(classes.length > 0 && { classes }),
      ...(this.best && { best: this.best }),
    })
    this.become('finished')
  }

  private async stop(): Promise<void> {
    if (this.state !== 'running' && this.state !== 'paused') return
    await this.settle()
    this.become('stopped')
  }

  /** Keeps the last checkpoint: values about to overflow are not worth resuming from. */
  private fail(error: unknown): void {
    this.problem = toProblem(error)
    this.become('failed')
  }

  /** Also counts for early stopping, if enabled; false if it was interrupted by an urgent command. */
  private async evaluateOnSchedule(): Promise<boolean> {
    const tally = await this.evaluate(quick)
    if (!tally) return false
    const { loss } = tally.scores
    if (this.model.lab.training.patience !== null) this.patience = observe(this.patience, { step: this.step, loss })
    await this.keepIfBest(loss)
    return true
  }

  /**
   * A failure is reported and does not stop training: the previous best weights remain, and the next improvement tries again.
   */
  private async keepIfBest(loss: number): Promise<void> {
    const { step, training, best, model } = this
    const { storage, surroundings } = this.options
    if (!storage || !Number.isFinite(loss) || (best && loss >= best.loss)) return
    const { lab, engine } = model
    const before = this.problem
    const about = { step, loss, seed: lab.training.seed, learningRate: training.learningRate, engine, lab }
    try {
      await writeBest(storage, surroundings, { ...about, states: exportWeights(training) })
      this.best = { step, loss }
      if (this.problem?.code === 'checkpoint.best-unwritable') this.problem = null
    } catch (error) {
      if (this.problem?.code !== 'checkpoint.unwritable') this.problem = toProblem(error)
    }
    if (this.problem !== before) this.options.listener.status(this.status)
  }

  /** Reports the result to the listener; null if it was interrupted by an urgent command. */
  private async evaluate(extent: Extent): Promise<Tally | null> {
    const pause = async () => {
      await this.turn()
      return this.urgent > 0 ? 'give up' : 'go on'
    }
    const tally = await tallied(this.training, new Map(), extent, pause)
    if (!tally) return null
    this.evaluated = this.step
    this.options.listener.evaluation({ step: this.step, ...tally.scores })
    if (!this.baseline) {
      this.baseline = baseline(this.training)
      this.options.listener.status(this.status)
    }
    return tally
  }

  /** Copies the states and writes them while training continues. */
  private checkpointIfDue(now: number): void {
    if (now < this.nextCheckpoint) return
    this.nextCheckpoint = Infinity
    this.writing = this.save().finally(() => (this.nextCheckpoint = now + checkpointEvery))
  }

  /** `isFixed`: replaying the steps before does not lead here. */
  private writeMoment(isFixed: boolean): void {
    const { moments, training, step, model } = this
    const { learningRate } = training
    moments?.write({ step, learningRate, lab: model.lab }, () => exportStates(training, { shared: true }), isFixed)
  }

  /** Writes the current state once pending writes are done. A failure is reported and does not stop training. */
  private async settle(): Promise<void> {
    await this.writing
    await this.save()
  }

  /** For the command. Throws LabError `checkpoint.unwritable`. */
  private async writeCheckpoint(): Promise<void> {
    await this.settle()
    if (this.checkpoints && this.checkpoint !== this.step && this.problem) throw fromProblem(this.problem)
  }

  private async save(): Promise<void> {
    const { step, training, patience, model, checkpoints } = this
    if (!checkpoints || this.checkpoint === step) return
    const states = exportStates(training)
    // An update may have overflowed before the loss shows it: keep the last good checkpoint.
    if (![...states.values()].every(({ data }) => data.every(Number.isFinite))) return
    const { learningRate } = training
    const { lab, engine } = model
    this.options.listener.status(this.status) // the host must know all steps before it, if the run resumes here
    try {
      await checkpoints.write({ step, seed: lab.training.seed, learningRate, engine, patience, lab, states })
      this.checkpoint = step
      if (this.problem?.code.startsWith('checkpoint.') && this.problem.code !== 'checkpoint.best-unwritable')
        this.problem = null
    } catch (error) {
      this.problem = toProblem(error)
    }
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

/** Shapes alone are not enough: a run with another seed has the same ones. Throws LabError. */
function requireOwn(written: LabDocument, own: LabDocument, step: number): void {
  if (!sameRun(written, own)) throw new LabError('checkpoint.other-run')
  const { steps } = own.training
  if (step > steps) {
    const detail = `step ${step} is beyond the last one, ${steps}`
    throw new LabError('checkpoint.damaged', { file: 'checkpoint.json', detail })
  }
}

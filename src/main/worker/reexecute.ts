/** Trains a submitted lab again from its seed, or opens the weights handed in, and measures the model. Nothing is stored. */
import { aborted, type Signal } from '@core/contract/cancel'
import type { RunSummary } from '@core/contract/runs'
import { fromProblem, LabError } from '@core/errors'
import { createTask } from '@core/tasks'
import { evaluate, thorough } from '@engine/evaluation'
import type { Executor } from '@engine/executor'
import { readSafeTensors } from '@engine/safetensors'
import { Trainer } from '@engine/trainer'
import type { TrainerListener, TrainerStatus } from '@engine/trainer-listener'
import { createTraining, hashStates, importStates, type Subject, type Training } from '@engine/training'
import type { Reexecution, ReexecutionJob } from '../classroom/reexecution'
import { nodeSurroundings } from '../engine/surroundings'
import { requireTrainable } from '@engine/trainable'

type Job = Omit<ReexecutionJob, 'engine'>
interface Context {
  readonly signal: Signal
  readonly onStep: (step: number) => void
}

/** Throws LabError if the lab cannot be trained, or if the weights are not those of this lab. */
export async function reexecute(executor: Executor, job: Job, context: Context): Promise<Reexecution> {
  requireMemory(requireTrainable(job.lab, createTask(job.lab.task, job.data).spec.signature))
  const training = createTraining(executor, job.lab, job.data)
  return job.weights ? opened(training, job, job.weights) : trained(training, job, context)
}

function requireMemory(needed: number): void {
  const free = process.availableMemory()
  const gigabytes = (bytes: number): number => Number((bytes / 2 ** 30).toPrecision(2))
  if (needed > free) throw new LabError('rerun.no-memory', { needed: gigabytes(needed), free: gigabytes(free) })
}

async function opened(training: Training, { lab, hidden }: Job, weights: Uint8Array): Promise<Reexecution> {
  try {
    const { steps } = lab.training
    importStates(training, readSafeTensors(weights).tensors, steps)
    const stateHash = hashStates(training, nodeSurroundings)
    const [validation, secret] = [await metricsOf(training), await onHidden(training, hidden)]
    return { engine: training.model.engine, steps, stateHash, validation, hidden: secret, losses: {} }
  } finally {
    training.model.dispose()
  }
}

async function trained(training: Training, { hidden, at }: Job, { signal, onStep }: Context): Promise<Reexecution> {
  const wanted = new Set(at)
  const losses: Record<number, number> = {}
  let summary: RunSummary | undefined
  let tell: (status: TrainerStatus) => void = () => undefined
  const over = new Promise<TrainerStatus>((resolve) => (tell = resolve))
  const listener: TrainerListener = {
    status: (status) => status.state !== 'running' && tell(status),
    step: (step, { loss }) => {
      if (wanted.has(step)) losses[step] = Math.fround(loss)
      onStep(step)
    },
    evaluation: () => undefined,
    summary: (made) => (summary = made),
  }
  const trainer = new Trainer(training, { surroundings: nodeSurroundings, storage: null, paused: false, listener })
  const running = trainer.run()
  try {
    const status = await Promise.race([over, aborted(signal)])
    if (!status) throw new LabError('cancelled')
    if (status.problem) throw fromProblem(status.problem)
    const secret = await trainer.between((subject) => onHidden(subject, hidden))
    const { engine, steps, stateHash, evaluation } = summary!
    return { engine, steps, stateHash, validation: evaluation, hidden: secret, losses }
  } finally {
    await trainer.end()
    await running
  }
}

async function onHidden({ model, task }: Subject, hidden: Job['hidden']): Promise<Reexecution['hidden']> {
  const found = []
  for (const [name, data] of Object.entries(hidden))
    found.push([name, await metricsOf({ model, task: task.withHidden(data) })] as const)
  return Object.fromEntries(found)
}

async function metricsOf(subject: Subject): Promise<Reexecution['validation']> {
  const evaluation = await evaluate(subject, new Map(), thorough, () => Promise.resolve('go on'))
  return { loss: evaluation!.loss, ...evaluation!.metrics }
}

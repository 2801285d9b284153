/** One training step: its batches one after another, then the update if all values are finite. */
import { LabError } from '@core/errors'
import type { Feeds, TensorData } from './executor'
import { stepFeeds, stepRate } from './feeds'
import type { Compiled } from './model'
import { trainingBatch } from './teacher-forcing'
import { clearGradients, type Training } from './training'

export interface StepResult {
  readonly loss: number
  /** Between 0 and 1. */
  readonly accuracy: number
  /** Norm of all gradients as one vector, before clipping. */
  readonly gradientNorm: number
  /** Learning rate of the step after the schedule. */
  readonly learningRate: number
}

const sums = ['metric/loss/sum', 'metric/loss/count', 'metric/accuracy/sum'] as const
const told = [...sums, 'gradientNorm']
type Outputs = ReadonlyMap<string, TensorData>

/**
 * Takes the next step: a function of the states, the lab, the step number and the learning rate alone. Throws LabError
 * `run.not-finite` if the loss or the gradient is not finite; the states are then as before the step.
 */
export async function trainStep(training: Training): Promise<StepResult> {
  const { model, train, learningRate } = training
  const step = model.step + 1
  const totals = new Map<string, number>(sums.map((name) => [name, 0]))
  const add = (outputs: Outputs) => {
    for (const name of sums) totals.set(name, totals.get(name)! + (outputs.get(name)?.[0] ?? NaN))
  }
  const last = await undoing(training, 'on failure', async () => {
    const run = (compiled: Compiled, feeds: Feeds) => runFinite(compiled, feeds, step)
    const outputs = await run(train, await lastFeeds(training, run, add))
    add(outputs)
    train.executable.commit()
    return outputs
  })
  model.step = step
  const [loss, counted, right] = sums.map((name) => totals.get(name)!)
  return {
    loss: loss! / Math.max(counted!, 1),
    accuracy: right! / Math.max(counted!, 1),
    gradientNorm: last.get('gradientNorm')?.[0] ?? NaN,
    learningRate: stepRate(model.lab, step, learningRate),
  }
}

/**
 * Runs the last batch of the next step with a program that takes the inputs of a training step, and leaves every state
 * unchanged. `look` is called while the uncommitted updates can be read.
 */
export function rehearse<T>(training: Training, look: (feeds: Feeds) => Promise<T>): Promise<T> {
  return undoing(training, 'always', async () => {
    const run = ({ executable }: Compiled, feeds: Feeds) => executable.run(feeds, ['metric/loss/count'], true)
    return look(await lastFeeds(training, run, () => undefined))
  })
}

/** Accumulates the gradients of all batches but the last, and returns the inputs of the last. */
async function lastFeeds(
  training: Training,
  run: (compiled: Compiled, feeds: Feeds) => Promise<Outputs>,
  heard: (outputs: Outputs) => void,
): Promise<Feeds> {
  const { model, train, gather, learningRate } = training
  const { accumulate } = model.lab.training
  const step = model.step + 1
  let countedBefore = 0
  const feedsOf = async ({ program }: Compiled, part: number) => {
    const draw = (step - 1) * accumulate + part
    const batch = await trainingBatch(training, step, draw)
    return stepFeeds(program, model.lab, batch, step, learningRate, { draw, countedBefore })
  }
  for (let part = 1; part < accumulate && gather; part++) {
    const outputs = await run(gather, await feedsOf(gather, part))
    countedBefore += outputs.get('metric/loss/count')![0]!
    heard(outputs)
    gather.executable.commit()
  }
  return feedsOf(train, accumulate)
}

/** Undoes what the step's earlier batches wrote: gradients, and the running statistics of batch norm. */
async function undoing<T>(training: Training, when: 'always' | 'on failure', work: () => Promise<T>): Promise<T> {
  const { model, train, gather } = training
  const buffers = train.program.states.filter(({ role }) => role === 'buffer').map(({ name }) => name)
  const before = gather && model.states.read(buffers)
  const undo = () => {
    if (!before) return
    clearGradients(training)
    model.states.write(before)
  }
  try {
    const result = await work()
    if (when === 'always') undo()
    return result
  } catch (error) {
    undo()
    throw error
  }
}

async function runFinite(compiled: Compiled, feeds: Feeds, step: number): Promise<Outputs> {
  const { program, executable } = compiled
  const outputs = await executable.run(
    feeds,
    told.filter((name) => program.outputs.has(name)),
    true,
  )
  const judged = ['metric/loss/sum', 'gradientNorm'].map((name) => outputs.get(name)?.[0] ?? 0)
  if (!judged.every(Number.isFinite)) throw await notFinite(compiled, feeds, step)
  return outputs
}

async function notFinite({ program, executable }: Compiled, feeds: Feeds, step: number): Promise<LabError> {
  const judged = ['loss', 'gradientNorm'].filter((name) => program.outputs.has(name))
  const culprit = await executable.diagnose(feeds, judged)
  const block = culprit?.block ?? ''
  return new LabError(
    'run.not-finite',
    {
      step,
      operation: culprit?.operation ?? 'loss',
      block: block || 'optimiser',
      value: culprit?.kind === 'infinity' ? '∞' : 'NaN',
    },
    block ? { node: block } : {},
  )
}

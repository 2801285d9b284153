/** One training step: its batches one after another, then the update if all values are finite. */
import { LabError } from '@core/errors'
import type { Feeds, TensorData } from './executor'
import { stepFeeds, stepRate, updateFeeds } from './feeds'
import type { Compiled } from './model'
import type { Shards } from './shards'
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
  const { model, train, shards, learningRate } = training
  const step = model.step + 1
  const totals = new Map<string, number>(sums.map((name) => [name, 0]))
  const add = (outputs: Outputs) => {
    for (const name of sums) totals.set(name, totals.get(name)! + (outputs.get(name)?.[0] ?? NaN))
  }
  const work = async () => {
    if (shards) return takeShardedStep(training, shards, add)
    const run = (compiled: Compiled, feeds: Feeds) => runFinite(compiled, feeds, step)
    const outputs = await run(train, await lastFeeds(training, run, add))
    add(outputs)
    train.executable.commit()
    return outputs
  }
  const last = await undoing(training, 'on failure', work)
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
 * Divides each batch of the next step into shards, and adds up their gradients in order: the bytes do not depend on where each is computed.
 * Nothing is written before the update.
 */
async function takeShardedStep(training: Training, shards: Shards, heard: (outputs: Outputs) => void): Promise<Outputs> {
  const { model, learningRate } = training
  const { gradients, update } = shards
  const step = model.step + 1
  let counted = 0
  for (let part = 1; part <= model.lab.training.accumulate; part++) {
    const all = await shards.run(await dividedFeeds(training, shards, part))
    for (const [index, outputs] of all.entries()) {
      const own = outputs.get('gradients') as Float32Array
      if (part === 1 && index === 0) gradients.set(own)
      else addTo(gradients, own)
      counted += outputs.get('metric/loss/count')![0]!
      heard(outputs)
    }
    if (!all.every((outputs) => Number.isFinite(outputs.get('metric/loss/sum')![0]))) await requireFinite(training, shards)
  }
  const feeds = updateFeeds(update.program, model.lab, step, learningRate, { gradients, counted })
  const outputs = await runFinite(update, feeds, step).catch(async (error: unknown) => {
    await requireFinite(training, shards)
    throw error
  })
  update.executable.commit()
  return outputs
}

function addTo(sum: Float32Array, terms: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += terms[i]!
}

/** Inputs of the shards of a step's batch, counted from 1. */
async function dividedFeeds(training: Training, shards: Shards, part: number): Promise<Feeds[]> {
  const { model, train, learningRate } = training
  const step = model.step + 1
  const draw = (step - 1) * model.lab.training.accumulate + part
  const batch = await trainingBatch(training, step, draw)
  return shards.divide(stepFeeds(train.program, model.lab, batch, step, learningRate, { draw, countedBefore: 0 }))
}

/** Computes the shards of the next step again, and throws LabError `run.not-finite` for the first whose loss or gradients are not finite. */
async function requireFinite(training: Training, shards: Shards): Promise<void> {
  const { model } = training
  for (let part = 1; part <= model.lab.training.accumulate; part++) {
    const feeds = await dividedFeeds(training, shards, part)
    for (const [index, outputs] of (await shards.run(feeds)).entries()) {
      if (['metric/loss/sum', 'gradients'].every((name) => outputs.get(name)!.every(Number.isFinite))) continue
      throw await notFinite(shards.program(index), feeds[index]!, model.step + 1)
    }
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
  const judged = ['loss', 'gradients', 'gradientNorm'].filter((name) => program.outputs.has(name))
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

/** One training step: its batches one after another, then the update if all is finite. */
import { LabError } from '@core/errors'
import type { Feeds, TensorData } from './executor'
import { stepFeeds } from './feeds'
import { clearGradients, type Compiled, type Model } from './model'
import { trainingBatch } from './teacher-forcing'

export interface StepResult {
  readonly loss: number
  /** Between 0 and 1. */
  readonly accuracy: number
}

const sums = ['metric/loss/sum', 'metric/loss/count', 'metric/accuracy/sum'] as const

/**
 * The step-th step, counted from 1: a function of the states, the lab, the step and the learning rate alone. Throws LabError
 * `run.not-finite` when the loss or the gradient is no number; the states are then as before the step.
 */
export async function trainStep(model: Model, step: number, learningRate: number): Promise<StepResult> {
  const { lab, train, gather } = model
  const { accumulate } = lab.training
  const totals = new Map<string, number>(sums.map((name) => [name, 0]))
  const before = gather ? bufferStates(model) : null
  try {
    for (let part = 1; part <= accumulate; part++) {
      const used = part < accumulate && gather ? gather : train
      const draw = (step - 1) * accumulate + part
      const batch = await trainingBatch(model, step, draw)
      const turn = { draw, countedBefore: totals.get('metric/loss/count')! }
      const feeds = stepFeeds(used.program, lab, batch, step, learningRate, turn)
      const outputs = await runFinite(used, feeds, step)
      for (const name of sums) totals.set(name, totals.get(name)! + outputs.get(name)![0]!)
      used.executable.commit()
    }
  } catch (error) {
    if (before) {
      clearGradients(model)
      model.states.write(before)
    }
    throw error
  }
  const [loss, counted, right] = sums.map((name) => totals.get(name)!)
  return { loss: loss! / Math.max(counted!, 1), accuracy: right! / Math.max(counted!, 1) }
}

/** What each batch of a step moves, besides gradients: the running statistics of batch norm. */
function bufferStates({ train, states }: Model): ReadonlyMap<string, Float32Array> {
  return states.read(train.program.states.filter(({ role }) => role === 'buffer').map(({ name }) => name))
}

async function runFinite(compiled: Compiled, feeds: Feeds, step: number): Promise<ReadonlyMap<string, TensorData>> {
  const { program, executable } = compiled
  const wanted = [...sums, 'gradientNorm'].filter((name) => program.outputs.has(name))
  const outputs = await executable.run(feeds, wanted, true)
  const told = ['metric/loss/sum', 'gradientNorm'].map((name) => outputs.get(name)?.[0] ?? 0)
  if (!told.every(Number.isFinite)) throw await notFinite(compiled, feeds, step)
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

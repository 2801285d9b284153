/** One training step: next batch, run, commit if all is finite. */
import { LabError } from '@core/errors'
import type { Feeds } from './executor'
import { stepFeeds } from './feeds'
import type { Model } from './model'

export interface StepResult {
  readonly loss: number
  /** Between 0 and 1; NaN where the model has no accuracy. */
  readonly accuracy: number
}

const wanted = ['loss', 'gradientNorm', 'metric/accuracy/sum', 'metric/accuracy/count']

/**
 * The step-th step, counted from 1: a function of the states, the lab, the step and the learning rate alone. Throws LabError
 * `run.not-finite` when the loss or the gradient is no number; the states are then as before the step.
 */
export async function trainStep(model: Model, step: number, learningRate: number): Promise<StepResult> {
  const { lab, task, train } = model
  const { program, executable } = train
  const batch = task.trainBatch(lab.training.seed, step, lab.training.batchSize)
  const feeds = stepFeeds(program, lab, batch, step, learningRate)
  const names = wanted.filter((name) => program.outputs.has(name))
  const outputs = await executable.run(feeds, names, true)
  const [loss, norm, correct, counted] = wanted.map((name) => outputs.get(name)?.[0] ?? NaN)
  if (!Number.isFinite(loss) || !Number.isFinite(norm)) throw await notFinite(model, feeds, step)
  executable.commit()
  return { loss: loss!, accuracy: correct! / Math.max(counted!, 1) }
}

async function notFinite({ train }: Model, feeds: Feeds, step: number): Promise<LabError> {
  const culprit = await train.executable.diagnose(feeds, ['loss', 'gradientNorm'])
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

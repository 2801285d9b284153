/**
 * Our own numbers, with which the export is compared: logits, loss, gradients and running statistics of the next batch, and the course of the
 * next steps.
 */
import type { LabDocument } from '@core/lab/document'
import type { TaskInstance } from '@core/tasks/types'
import type { Executor } from '@engine/executor'
import { batchFeeds, stepFeeds } from '@engine/feeds'
import { openModel } from '@engine/model'
import type { SafeTensor, SafeTensors } from '@engine/safetensors'
import { openTraining, type Training } from '@engine/training'
import { trainStep } from '@engine/training-step'

/** Steps that are taken on both sides. */
export const comparedSteps = 20

export interface Start {
  /** Without groups and dropout. */
  readonly lab: LabDocument
  readonly task: TaskInstance
  /** Weights, running statistics and moments after `step` steps. */
  readonly states: ReadonlyMap<string, SafeTensor>
  readonly step: number
  readonly learningRate: number
}

/** Computed by an engine. `pause` is awaited between steps; it may throw. Throws LabError of a lab that cannot be trained. */
export async function computeFixture(executor: Executor, start: Start, pause: () => Promise<void>): Promise<SafeTensors> {
  const { lab, task, states, step, learningRate } = start
  const steps = Math.max(lab.training.steps, step + comparedSteps)
  const longer = { ...lab, training: { ...lab.training, steps } }
  const model = openModel(executor, { lab: longer, spec: task.spec, states, step })
  try {
    const training = openTraining(model, task)
    training.learningRate = learningRate
    const tensors = new Map(await pointOf(training))
    const course = { loss: [], gradient_norm: [], learning_rate: [] } as Record<string, number[]>
    for (let taken = 0; taken < comparedSteps; taken++) {
      const result = await trainStep(training)
      course['loss']!.push(result.loss)
      course['gradient_norm']!.push(result.gradientNorm)
      course['learning_rate']!.push(result.learningRate)
      await pause()
    }
    for (const [name, values] of Object.entries(course))
      tensors.set(`steps/${name}`, { shape: [values.length], data: Float32Array.from(values) })
    return { tensors, metadata: { steps: String(steps) } }
  } finally {
    model.dispose()
  }
}

/** Logits without training, and loss, gradients and running statistics of a training step, of the batch that is next. */
async function pointOf({ model, task, learningRate }: Training): Promise<[string, SafeTensor][]> {
  const { seed, batchSize, accumulate } = model.lab.training
  const step = model.step + 1
  const draw = model.step * accumulate + 1
  const batch = task.trainBatch(seed, draw, batchSize)
  const infer = model.program('infer')
  const seen = await infer.executable.run(batchFeeds(infer.program, batch, new Map()), ['logits'])
  const train = model.program('train', { gradients: true })
  const wanted = [...train.program.outputs.keys()].filter((name) => name === 'loss' || name.startsWith('gradient/'))
  const feeds = stepFeeds(train.program, model.lab, batch, step, learningRate, { draw, countedBefore: 0 })
  const trained = await train.executable.run(feeds, wanted, true)
  const running = train.program.states.filter(({ role }) => role === 'buffer')
  const after = train.executable.uncommitted(running.map(({ name }) => name))
  const shapes = new Map([...train.program.outputs, ['logits', infer.program.outputs.get('logits')!] as const])
  const statistics = running.map(({ name, value: { shape } }): [string, SafeTensor] => [
    `running/${name}`,
    { shape, data: after.get(name)! },
  ])
  const others = [...seen, ...trained].map(([name, data]): [string, SafeTensor] => {
    const { shape } = shapes.get(name)!
    return [name, { shape: shape.length === 0 ? [1] : shape, data }]
  })
  return [...others, ...statistics]
}

/** Training: a model with its task, gradients, moments and learning rate. */
import { LabError } from '@core/errors'
import { shardsOf, type LabDocument } from '@core/lab/document'
import { isAlwaysTruth } from '@core/lab/teacher-forcing'
import { sizeOf } from '@core/program/shapes'
import { createTask } from '@core/tasks'
import type { TaskInstance } from '@core/tasks/types'
import type { Executor } from './executor'
import { openModel, type Compiled, type Model } from './model'
import type { SafeTensor } from './safetensors'
import { Shards } from './shards'
import type { Surroundings } from './surroundings'

/** A model with data to evaluate it on. */
export interface Subject {
  readonly model: Model
  readonly task: TaskInstance
}

export interface Training extends Subject {
  /** Base rate, before the schedule. */
  learningRate: number
  readonly train: Compiled
  /** For steps that average several batches: the program for all but the last. */
  readonly gather: Compiled | null
  /** For batches divided into shards. `train` and `gather` then serve looks at the next step only. */
  readonly shards: Shards | null
  /** For teacher forcing with a share of truth below 1: predicts the tokens of a training batch. */
  readonly rollout: Compiled | null
}

/** Throws LabError for graphs that do not compile. */
export function openTraining(model: Model, task: TaskInstance): Training {
  const { accumulate, learningRate, teacherForcing } = model.lab.training
  const rolls = task.spec.signature.written !== null && !isAlwaysTruth(teacherForcing)
  return {
    model,
    task,
    learningRate,
    train: model.program('train'),
    gather: accumulate > 1 ? model.program('train', { gather: true }) : null,
    shards: shardsOf(model.lab.training) > 1 ? new Shards(model) : null,
    rollout: rolls ? model.program('evaluate') : null,
  }
}

/** A lab with initial weights and its task. Throws LabError for an invalid lab or data. */
export function createTraining(executor: Executor, lab: LabDocument, data: string | null): Training {
  const task = createTask(lab.task, data)
  const model = openModel(executor, { lab, spec: task.spec })
  try {
    return openTraining(model, task)
  } catch (error) {
    model.dispose()
    throw error
  }
}

/** All states with their shapes, as stored in a checkpoint; `shared` ones are not copied and must be read before the next step. */
export function exportStates({ model, train }: Training, { shared = false } = {}): Map<string, SafeTensor> {
  const shapes = new Map(train.program.states.map(({ name, value }) => [name, value.shape]))
  const names = [...shapes.keys()]
  const states = shared ? model.states.views(names) : model.states.read(names)
  return new Map(Array.from(states, ([name, data]) => [name, { shape: shapes.get(name)!, data }]))
}

/** The states that inference needs: weights and running statistics, without those of the optimiser. */
export function exportWeights({ model }: Training): Map<string, SafeTensor> {
  const shapes = new Map(model.weights.map(({ name, value }) => [name, value.shape]))
  return new Map([...model.states.read([...shapes.keys()])].map(([name, data]) => [name, { shape: shapes.get(name)!, data }]))
}

/** Sets the states after `step` steps. Throws LabError `checkpoint.other-model` unless they are exactly the training's. */
export function importStates({ model, train }: Training, tensors: ReadonlyMap<string, SafeTensor>, step: number): void {
  const own = new Map(train.program.states.map(({ name, value }) => [name, value.shape]))
  const values = new Map<string, Float32Array>()
  for (const name of new Set([...own.keys(), ...tensors.keys()])) {
    const tensor = tensors.get(name)
    const fits = tensor?.data instanceof Float32Array && own.get(name)?.join() === tensor.shape.join()
    if (!fits) throw new LabError('checkpoint.other-model', { state: name })
    values.set(name, tensor.data)
  }
  model.states.write(values)
  model.step = step
}

/** SHA-256 over the bytes of all states, in name order. */
export function hashStates({ model, train }: Training, { sha256 }: Pick<Surroundings, 'sha256'>): string {
  const parts = model.states.views(train.program.states.map(({ name }) => name)).values()
  return sha256(Array.from(parts, (data) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)))
}

/** Clears the gradients of an unfinished step. */
export function clearGradients({ model, train }: Training): void {
  const sums = train.program.states.filter(({ name }) => name.startsWith('optimiser/gradient/'))
  model.states.write(new Map(sums.map(({ name, value }) => [name, new Float32Array(sizeOf(value.shape))])))
}

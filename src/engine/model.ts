/** A lab made ready to run: its task, its programs compiled by an engine, and the states they share. */
import { LabError } from '@core/errors'
import { compile, type CompileOptions } from '@core/graph/compile'
import type { LabDocument } from '@core/lab/document'
import { isAlwaysTruth } from '@core/lab/teacher-forcing'
import { costOf } from '@core/program/cost'
import { sizeOf } from '@core/program/shapes'
import type { Program } from '@core/program/types'
import { initialise } from '@core/random/initialisers'
import { createTask } from '@core/tasks'
import type { TaskInstance, TaskSpec } from '@core/tasks/types'
import type { Executable, Executor, StateStore } from './executor'
import type { SafeTensor } from './safetensors'
import type { Surroundings } from './surroundings'

/** Held-out samples that views can look at. */
export const inspectBatch = 8

export interface Compiled {
  readonly program: Program
  readonly executable: Executable
}

export interface Model {
  readonly lab: LabDocument
  readonly task: TaskInstance
  readonly engine: string
  readonly parameters: number
  readonly train: Compiled
  /** Where a step averages several batches: for all but the last of them. */
  readonly gather: Compiled | null
  /** Where a decoder is not always told the truth: its predictions for a training batch. */
  readonly rollout: Compiled | null
  readonly evaluate: Compiled
  /** For a batch of `samples` held-out sequences. */
  readonly inspect: Compiled & { readonly samples: number }
  readonly states: StateStore
}

/** Compiles the lab and gives its states their first values. Throws LabError for a lab or data that will not do. */
export async function createModel(executor: Executor, lab: LabDocument, data: string | null): Promise<Model> {
  const task = createTask(lab.task, data)
  const states = executor.createStore()
  const samples = Math.min(inspectBatch, task.spec.heldOut)
  const made: Executable[] = []
  const compiled = async (
    mode: 'train' | 'evaluate' | 'inspect',
    options: Omit<CompileOptions, 'mode'> = {},
  ): Promise<Compiled> => {
    const program = compile(lab, task.spec.signature, { mode, ...options })
    const executable = await executor.compile(program, states)
    made.push(executable)
    return { program, executable }
  }
  try {
    const { accumulate, batchSize, teacherForcing } = lab.training
    const train = await compiled('train')
    const gather = accumulate > 1 ? await compiled('train', { gather: true }) : null
    const held = evaluationBatch(lab, task.spec)
    const evaluate = await compiled('evaluate', { batch: held })
    const rolls = task.spec.signature.written !== null && !isAlwaysTruth(teacherForcing)
    const model: Model = {
      lab,
      task,
      engine: executor.name,
      parameters: costOf(train.program).parameters,
      train,
      gather,
      evaluate,
      rollout: rolls ? (held === batchSize ? evaluate : await compiled('evaluate')) : null,
      inspect: { ...(await compiled('inspect', { batch: samples })), samples },
      states,
    }
    const { seed } = lab.training
    states.write(
      new Map(
        train.program.states.map(({ name, initialiser, value }) => [name, initialise(initialiser, value.shape, seed, name)]),
      ),
    )
    return model
  } catch (error) {
    for (const executable of made) executable.dispose()
    states.dispose()
    throw error
  }
}

/** The training batch, or less if that many sequences are not held out. */
export function evaluationBatch(lab: LabDocument, { heldOut }: TaskSpec): number {
  return Math.min(lab.training.batchSize, heldOut)
}

/** All states with their shapes, as a checkpoint keeps them. */
export function exportStates({ train, states }: Model): Map<string, SafeTensor> {
  const shapes = new Map(train.program.states.map(({ name, value }) => [name, value.shape]))
  return new Map([...states.read()].map(([name, data]) => [name, { shape: shapes.get(name) ?? [data.length], data }]))
}

/** Throws LabError `checkpoint.other-model` unless the states are exactly the model's. */
export function importStates({ train, states }: Model, tensors: ReadonlyMap<string, SafeTensor>): void {
  const own = new Map(train.program.states.map(({ name, value }) => [name, value.shape]))
  const values = new Map<string, Float32Array>()
  for (const name of new Set([...own.keys(), ...tensors.keys()])) {
    const tensor = tensors.get(name)
    const fits = tensor?.data instanceof Float32Array && own.get(name)?.join() === tensor.shape.join()
    if (!fits) throw new LabError('checkpoint.other-model', { state: name })
    values.set(name, tensor.data)
  }
  states.write(values)
}

/** SHA-256 over the bytes of all states, in name order. */
export function hashStates({ states }: Model, { sha256 }: Pick<Surroundings, 'sha256'>): string {
  const parts = states.read().values()
  return sha256(Array.from(parts, (data) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)))
}

/** Forgets the gradients of a step that was not finished. */
export function clearGradients({ train, states }: Model): void {
  const sums = train.program.states.filter(({ name }) => name.startsWith('optimiser/gradient/'))
  states.write(new Map(sums.map(({ name, value }) => [name, new Float32Array(sizeOf(value.shape))])))
}

/** Gives back the engine's memory. */
export function disposeModel({ train, gather, rollout, evaluate, inspect, states }: Model): void {
  for (const compiled of [train, gather, rollout, evaluate, inspect]) compiled?.executable.dispose()
  states.dispose()
}

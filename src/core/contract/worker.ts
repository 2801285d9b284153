/**
 * What a host asks of a worker: a process, or a thread of a page, that computes. It holds at most one model, that of the training it does
 * or one that it has opened, and does jobs. It ends when its port closes. A run's record is the host's: it outlives the worker.
 */
import { z } from 'zod'
import { measureName } from '../experiments/measures'
import type { Values } from '../experiments/verdict'
import { labDocument } from '../lab/document'
import { signatureSchema } from '../signature'
import { taskRef } from '../tasks/ref'
import type { TaskSpec } from '../tasks/types'
import { engineChoice } from './engine'
import { lookRequest, mutes, type Comparison, type Look } from './look'
import { runCommands, type RunStatus, type RunSummary, type Telemetry } from './runs'
import { event, method } from './table'
import { generationRequest, type Generation, type GenerationProgress } from './generation'

/** Training steps by the clock, in a process that does nothing else. */
export interface Measurement {
  readonly engine: string
  readonly parameters: number
  readonly flopsPerStep: number
  /** One for each step. */
  readonly milliseconds: readonly number[]
  /** Of one validation batch; null where none was to be looked at. */
  readonly evaluationMilliseconds: number | null
  readonly peakBytes: number
  /** null while it is still being tried how many are fastest. */
  readonly threads: number | null
}

/** A model that was opened. */
export interface OpenedModel {
  readonly engine: string
  readonly parameters: number
  /** Training steps behind its weights. */
  readonly step: number
}

/** How far an answer is. */
export interface Progress {
  readonly done: number
  readonly of: number
}

export const workerMethods = {
  /**
   * Compiles, restores the checkpoint in `directory` if `restore`, and starts training. `data` is the learner's text, `from` the folder
   * or file whose weights it begins with. From the checkpoint of step `continuedFrom`, where the training had ended before it was
   * continued beyond, early stopping counts anew. The model stays when training has ended.
   */
  train: method(
    z.object({
      run: z.string(),
      lab: labDocument,
      engine: engineChoice,
      data: z.string().nullable(),
      directory: z.string(),
      restore: z.boolean(),
      from: z.string().nullable().default(null),
      continuedFrom: z.number().int().nullable().default(null),
      paused: z.boolean(),
    }),
  ).returns<RunStatus>(),
  command: method(z.object({ command: z.enum(runCommands) })).returns<RunStatus>(),
  tune: method(z.object({ learningRate: z.number() })).returns<RunStatus>(),

  /** Opens the model of the newest checkpoint in a folder, with the task of its lab. */
  open: method(z.object({ directory: z.string(), engine: engineChoice, data: z.string().nullable() })).returns<OpenedModel>(),
  /** Looks at the model once, or again after every so many milliseconds in which training went on, until cancelled. */
  look: method(z.object({ look: lookRequest, every: z.number().positive().nullable() }))
    .streams<Look>()
    .returns<null>(),
  /** What a change is worth on the validation set. */
  evaluate: method(z.object({ mutes })).streams<Progress>().returns<Comparison>(),

  /** What the model of the newest checkpoint in a folder generates. */
  generate: method(
    z.object({ directory: z.string(), engine: engineChoice, data: z.string().nullable(), request: generationRequest }),
  )
    .streams<GenerationProgress>()
    .returns<Generation>(),
  /** Takes so many steps of the lab that the first call names. */
  measure: method(
    z.object({
      lab: labDocument,
      engine: engineChoice,
      data: z.string().nullable(),
      steps: z.number().int().positive(),
      evaluate: z.boolean().default(false),
    }),
  ).returns<Measurement>(),
  /** One variation of an experiment with one seed, trained and measured: at most ten parts a second tell how far it is. */
  experiment: method(
    z.object({
      engine: engineChoice,
      lab: labDocument,
      steps: z.number().int().nonnegative(),
      before: z.object({ lab: labDocument, steps: z.number().int().nonnegative() }).nullable(),
      seed: z.number().int(),
      measures: z.array(measureName),
    }),
  )
    .streams<Progress>()
    .returns<{ readonly engine: string; readonly values: Values }>(),
  /** What a task is with a large text. */
  describe: method(z.object({ task: taskRef, data: z.string() })).returns<TaskSpec>(),
  /** The bytes a training step of a large lab takes. Throws the first reason why it cannot be trained. */
  analyse: method(z.object({ lab: labDocument, signature: signatureSchema })).returns<number>(),
  /** GFLOP/s of a large matrix product. */
  matmulPeak: method(z.object({ engine: engineChoice })).returns<number>(),
} as const
export type WorkerMethods = typeof workerMethods

/** Of the training, to the one host. */
export const workerEvents = {
  status: event<RunStatus>(),
  telemetry: event<Telemetry>(),
  /** Told before the status that says `finished`. */
  summary: event<RunSummary>(),
} as const
export type WorkerEvents = typeof workerEvents

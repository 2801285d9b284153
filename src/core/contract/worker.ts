/**
 * The API of a worker for its host: the model, which a thread of a page serves too, and jobs, for which a process is needed. A worker holds at
 * most one model, trained or opened. It ends when its port closes. The host keeps the record of a run, which outlives the worker.
 */
import { z } from 'zod'
import { measureName } from '../experiments/measures'
import type { Values } from '../experiments/verdict'
import { labDocument, type LabDocument } from '../lab/document'
import { signatureSchema } from '../signature'
import { taskRef } from '../tasks/ref'
import type { TaskSpec } from '../tasks/types'
import { handMarks, type Graded } from '../classroom/grade'
import { lessonQuestions } from '../classroom/rubric/define'
import { lessonProgress } from '../lessons/progress'
import { engineChoice } from './engine'
import { exchangeJobs } from './exchange'
import { headRef, muting, type HeadCircuits, type HeadReport } from './heads'
import { importRequest, type ImportReport } from './import'
import { kitRequest, type KitSummary, type MadeKitFiles } from './kits'
import { lookInput, lookRequest, mutes, type Comparison, type Confusion, type Lens, type Look } from './look'
import { patchRequest, type PatchReport } from './patch'
import type { Progress } from './progress'
import { runCommands, type RunStatus, type RunSummary, type Telemetry } from './runs'
import { event, method } from './table'
import type { Worth } from './worth'
import { sequenceName, type TokenReport } from './tokens'
import { generationRequest, type Generation, type GenerationProgress } from './generation'

/** Timing of training steps in an otherwise idle process. */
export interface Measurement {
  readonly engine: string
  /** The graphics processor, if one computes. */
  readonly device?: string | undefined
  readonly parameters: number
  readonly flopsPerStep: number
  /** Per step. */
  readonly milliseconds: readonly number[]
  /** Time of one validation batch; null if not measured. */
  readonly evaluationMilliseconds: number | null
  readonly peakBytes: number
  /** null while the best number is still being determined. */
  readonly threads: number | null
}

/** The result of opening a model. */
export interface OpenedModel {
  readonly engine: string
  readonly parameters: number
  /** Training steps behind these weights. */
  readonly step: number
}

/** What a host stores of a kit. */
export interface OpenedKit {
  readonly summary: KitSummary
  /** By assignment, with the text it reads. */
  readonly labs: Readonly<Record<string, { readonly lab: LabDocument; readonly data: string | null }>>
  /** Files of its own lessons, by path. */
  readonly lessons: Readonly<Record<string, Uint8Array<ArrayBuffer>>>
  /** The edition for pupils. */
  readonly pupils: Uint8Array<ArrayBuffer>
}

/** A step of the past; `isExact` is false where the nearest kept step is good enough. Null for the model that is held. */
const pastStep = z.object({ step: z.number().int().nonnegative(), isExact: z.boolean() }).nullable().default(null)
export type PastStep = z.infer<typeof pastStep>

/** Training, opening and inspecting one model. */
export const modelMethods = {
  /**
   * Compiles, restores the checkpoint in `directory` if `restore`, and starts training. If the measurements are `recorded` only up to a step
   * before that checkpoint, the one before it is restored where there is one. `data` is the learner's text, `from` the folder or
   * file with the initial weights. At the checkpoint of step `continuedFrom`, where an ended training is extended, early stopping starts
   * anew. The model stays loaded when training ends.
   */
  train: method(
    z.object({
      run: z.string(),
      lab: labDocument,
      engine: engineChoice,
      data: z.string().nullable(),
      directory: z.string(),
      restore: z.boolean(),
      recorded: z.number().int().nullable().default(null),
      /** Of its training so far; null if its steps were recorded without their time. */
      seconds: z.number().nonnegative().nullable().default(0),
      from: z.string().nullable().default(null),
      continuedFrom: z.number().int().nullable().default(null),
      paused: z.boolean(),
      /** Begins with the states of a run in another folder after a step, as far as they fit; steps count on from there. */
      fork: z
        .object({ directory: z.string(), engine: engineChoice, data: z.string().nullable(), step: z.number().int() })
        .nullable()
        .default(null),
      /** Bytes on the disk for moments. */
      moments: z.number().nonnegative().default(0),
    }),
  ).returns<RunStatus>(),
  /** With `until`, a training that is resumed pauses again after that step. */
  command: method(
    z.object({ command: z.enum(runCommands), until: z.number().int().nonnegative().nullable().default(null) }),
  ).returns<RunStatus>(),
  tune: method(z.object({ learningRate: z.number() })).returns<RunStatus>(),

  /** Opens the model of the newest checkpoint in a folder, with the task of its lab. */
  open: method(z.object({ directory: z.string(), engine: engineChoice, data: z.string().nullable() })).returns<OpenedModel>(),
  /** Opens the moments in a folder: the model at any of its steps. */
  openPast: method(z.object({ directory: z.string(), engine: engineChoice, data: z.string().nullable() })).returns<null>(),
  /** Inspects the model once, or repeatedly while it trains, at intervals of `every` milliseconds, until cancelled. */
  look: method(z.object({ look: lookRequest, every: z.number().positive().nullable(), at: pastStep }))
    .streams<Look>()
    .returns<null>(),
  /** Effect of muting on the validation metrics. */
  evaluate: method(z.object({ mutes, at: pastStep }))
    .streams<Progress>()
    .returns<Comparison>(),
  /** Which classes the model confuses on the validation set. */
  confusion: method(z.object({ mutes, at: pastStep }))
    .streams<Progress>()
    .returns<Confusion>(),
  /** What each part that has a gate is worth, with `mutes` applied. */
  worth: method(z.object({ mutes, at: pastStep }))
    .streams<Progress>()
    .returns<Worth>(),
  /** Effect of single activations of one input on the answer for another. */
  patch: method(z.object({ patch: patchRequest, at: pastStep }))
    .streams<Progress>()
    .returns<PatchReport>(),
  /** Scores every attention head. */
  heads: method(z.object({ muting, at: pastStep }))
    .streams<Progress>()
    .returns<HeadReport>(),
  /** What each layer would predict for an input. */
  lens: method(z.object({ input: lookInput, mutes, at: pastStep })).returns<Lens>(),
  /** Circuits of one head over the vocabulary. */
  circuits: method(z.object({ head: headRef, at: pastStep })).returns<HeadCircuits>(),
  /** How the tokens of its task are used. */
  tokens: method(z.object({ sequence: sequenceName, at: pastStep })).returns<TokenReport>(),

  /** Generates with the model of the newest checkpoint in a folder, or with that of an earlier step; without a folder, with the open model. */
  generate: method(
    z.object({
      request: generationRequest,
      folder: z
        .object({
          directory: z.string(),
          engine: engineChoice,
          data: z.string().nullable(),
          at: z.number().int().nonnegative().nullable().default(null),
        })
        .nullable(),
    }),
  )
    .streams<GenerationProgress>()
    .returns<Generation>(),
} as const
export type ModelMethods = typeof modelMethods

export const workerMethods = {
  ...modelMethods,
  /** Loads the engine and takes a step of a small model, so that what follows does not wait for it. Throws LabError `engine.unavailable`. */
  prepare: method(z.object({ engine: engineChoice })).returns<void>(),
  /**
   * Times `steps` training steps, of the lab given in the first call. Ends its process by SIGKILL when that has more than `mostBytes` in
   * memory.
   */
  measure: method(
    z.object({
      lab: labDocument,
      engine: engineChoice,
      data: z.string().nullable(),
      steps: z.number().int().positive(),
      evaluate: z.boolean().default(false),
      mostBytes: z.number().positive().nullable().default(null),
    }),
  ).returns<Measurement>(),
  /** Trains and measures one variation of an experiment with one seed. Streams its progress at most ten times a second. */
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
  /** Checks the folder of a model; with `keep`, also saves it as a run. Returns the data of its task: tokeniser and text. */
  importModel: method(
    importRequest.extend({
      text: z.string().nullable(),
      keep: z.object({ directory: z.string(), run: z.string() }).nullable(),
    }),
  )
    .streams<Progress>()
    .returns<{ readonly report: ImportReport; readonly data: string; readonly title: string }>(),
  /** Reads a class kit. Kits and submissions are read in the worker, as they may be large and come from strangers. */
  openKit: method(z.object({ bytes: z.instanceof(Uint8Array) })).returns<OpenedKit>(),
  /** Makes both editions of a kit. `known` are the lessons of the course. */
  makeKit: method(
    kitRequest.omit({ data: true }).extend({ version: z.string(), known: z.array(z.string()) }),
  ).returns<MadeKitFiles>(),
  /** Makes a submission of runs in these folders. */
  makeWork: method(
    z.object({
      kit: z.instanceof(Uint8Array),
      pupil: z.string(),
      made: z.string(),
      runs: z.array(z.object({ assignment: z.string(), folder: z.string(), data: z.string().nullable() })),
      lessons: z.record(z.string(), lessonProgress),
      weights: z.boolean(),
      version: z.string(),
    }),
  ).returns<Uint8Array<ArrayBuffer>>(),
  /** Grades a submission; trains in the worker itself. Streams the steps of the training. */
  gradeWork: method(
    z.object({
      kit: z.instanceof(Uint8Array),
      work: z.instanceof(Uint8Array),
      questions: z.record(z.string(), lessonQuestions),
      trainAgain: z.boolean(),
      hand: handMarks,
      version: z.string(),
    }),
  )
    .streams<Progress>()
    .returns<Graded>(),
  ...exchangeJobs,
  /** Describes a task, in the worker because the text may be large. */
  describe: method(z.object({ task: taskRef, data: z.string() })).returns<TaskSpec>(),
  /**
   * Peak memory of a training step in bytes, in the worker because the lab may be large. Throws the first problem that prevents training.
   */
  analyse: method(z.object({ lab: labDocument, signature: signatureSchema })).returns<number>(),
  /** GFLOP/s of a large matrix product. */
  matmulPeak: method(z.object({ engine: engineChoice })).returns<number>(),
} as const
export type WorkerMethods = typeof workerMethods

/** Events of training, to the host. */
export const workerEvents = {
  status: event<RunStatus>(),
  telemetry: event<Telemetry>(),
  /** Sent before the status `finished`. */
  summary: event<RunSummary>(),
} as const
export type WorkerEvents = typeof workerEvents

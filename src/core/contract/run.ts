/**
 * What the service asks of a run's process, and what that process tells it. The same table notation as the lab contract. The
 * history of a run is the service's: it outlives the process. The process ends when its port closes.
 */
import { z } from 'zod'
import { labDocument } from '../lab/document'
import { taskRef } from '../tasks/ref'
import type { TaskSpec } from '../tasks/types'
import { engineChoice } from './engine'
import { viewRequest, type RunStatus, type RunSummary, type Telemetry, type ViewFrame } from './lab'
import type { Values } from '../experiments/verdict'
import { event, method } from './table'
import { writingRequest, type Writing, type WritingProgress } from './writing'

/** Training steps by the clock, in a process that does nothing else. */
export interface Measurement {
  readonly engine: string
  readonly parameters: number
  readonly flopsPerStep: number
  /** One for each step. */
  readonly milliseconds: readonly number[]
  /** Of one held-out batch; null where none was to be looked at. */
  readonly evaluationMilliseconds: number | null
  readonly peakBytes: number
  /** null while it is still being tried how many are fastest. */
  readonly threads: number | null
}

export const runMethods = {
  /**
   * First call: compiles, restores the checkpoint in `directory` if `restore`, and starts training. `data` is the learner's text,
   * `from` the folder or file whose weights it begins with.
   */
  start: method(
    z.object({
      run: z.string(),
      lab: labDocument,
      engine: engineChoice,
      data: z.string().nullable(),
      directory: z.string(),
      restore: z.boolean(),
      from: z.string().nullable().default(null),
      paused: z.boolean(),
    }),
  ).returns<RunStatus>(),
  command: method(
    z.object({ command: z.enum(['pause', 'resume', 'step', 'stop', 'checkpoint', 'evaluate']) }),
  ).returns<RunStatus>(),
  tune: method(
    z.object({ learningRate: z.number().optional(), gates: z.record(z.string(), z.array(z.number())).optional() }),
  ).returns<RunStatus>(),
  view: method(z.object({ view: viewRequest })).returns<void>(),
  /** Instead of `start`: takes so many steps, of the lab that the first call names. */
  measure: method(
    z.object({
      lab: labDocument,
      engine: engineChoice,
      data: z.string().nullable(),
      steps: z.number().int().positive(),
      evaluate: z.boolean().default(false),
    }),
  ).returns<Measurement>(),
  /** Instead of `start`: one variation of an experiment with one seed, trained and measured. */
  experiment: method(
    z.object({
      engine: engineChoice,
      experiment: z.string(),
      variation: z.string(),
      seed: z.number().int(),
      quick: z.boolean(),
    }),
  ).returns<Values>(),
  /** Instead of `start`: what a task is with a large text. */
  describe: method(z.object({ task: taskRef, data: z.string() })).returns<TaskSpec>(),
  /** Instead of `start`: what the model of the checkpoint in `directory` writes. */
  write: method(
    z.object({ directory: z.string(), engine: engineChoice, data: z.string().nullable(), request: writingRequest }),
  ).returns<Writing>(),
  /** Instead of `start`: GFLOP/s of a large matrix product. */
  matmulPeak: method(z.object({ engine: engineChoice })).returns<number>(),
} as const
export type RunMethods = typeof runMethods

export const runEvents = {
  status: event<RunStatus>(),
  telemetry: event<Telemetry>(),
  frame: event<ViewFrame>(),
  /** Told before the status that says `finished`. */
  summary: event<RunSummary>(),
  /** While it writes. */
  written: event<WritingProgress>(),
} as const
export type RunEvents = typeof runEvents

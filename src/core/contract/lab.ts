/**
 * What the renderer can ask of any host, and what hosts tell it: one table of methods with a schema per argument, one of events.
 * Clients, servers and validation are all derived from these two tables.
 */
import { z } from 'zod'
import { engineChoice } from './engine'
import { labDocument, type LabDocument, type LocalText } from '../lab/document'
import type { Problem } from '../errors'
import type { Transplant } from '../graph/transplant'
import { taskRef } from '../tasks/ref'
import type { Preview, TaskSpec } from '../tasks/types'
import { method, event } from './table'
import { writingRequest, type Writing, type WritingProgress } from './writing'

const runId = z.string().regex(/^[a-z0-9-]{1,64}$/)
const dataId = z.string().regex(/^[0-9a-f]{16}$/)
const engine = engineChoice
const bytes = z.instanceof(Uint8Array)
/** What pages keep with their host. The texts are the page's own; a host that does not know what they mean keeps them all the same. */
const memoryKey = z.enum(['language', 'theme', 'projector', 'layout', 'draft', 'shelf'])
export type MemoryKey = z.infer<typeof memoryKey>

export interface HostDescription {
  readonly kind: 'desktop' | 'browser'
  readonly version: string
  readonly platform: string
  /** Whether the host has native open and save dialogs; otherwise the page uploads and downloads. */
  readonly dialogs: boolean
  readonly engines: readonly { readonly name: string; readonly threads: number }[]
}

export interface LabSummary {
  readonly id: string
  readonly title: LocalText
  readonly summary: LocalText
  readonly task: string
}

/** A learner's own text, kept by the host under the first 16 hex digits of its SHA-256. */
export interface DataSummary {
  readonly id: string
  readonly name: string
  readonly characters: number
}

/** `queued`: as many runs train already as this machine has cores for. */
export type RunState = 'queued' | 'starting' | 'running' | 'paused' | 'finished' | 'stopped' | 'failed' | 'interrupted'

export interface RunStatus {
  readonly run: string
  readonly state: RunState
  readonly step: number
  readonly steps: number
  readonly engine: string
  readonly learningRate: number
  /** What its views and evaluations are told to mute, by gate; absent where nothing ever was. */
  readonly gates?: Readonly<Record<string, number[]>> | undefined
  readonly parameters: number
  /** Step of the last checkpoint, from which the run can be resumed; null if there is none. */
  readonly checkpoint: number | null
  /** Why it failed: a sentence by code, e.g. the first operation that gave NaN and its block. */
  readonly problem: Problem | null
  /** What is worth knowing though nothing failed: `engine.fallback`, where `auto` could not take the fastest engine. */
  readonly notice?: Problem | undefined
  /** What became of the weights it began with, where those are another run's or a file's. */
  readonly transplant?: Transplant | undefined
  /** What a constant answer gets of each metric (see core/metrics/baseline.ts); absent before the first evaluation. */
  readonly baseline?: Readonly<Record<string, number>> | undefined
  /** Its place in the line while it is `queued`: 1 is next. */
  readonly queue?: number | undefined
}

export interface Evaluation {
  readonly step: number
  readonly loss: number
  /** By the names in core/metrics/table.ts, in its order. */
  readonly metrics: Readonly<Record<string, number>>
}

/** Every step's loss, batched at most 30 times a second. Steps count from 1; the state after step n is that of n updates. */
export interface Telemetry {
  readonly run: string
  /** The step of `losses[0]`. A step told before is told again when the run goes on from an earlier checkpoint. */
  readonly firstStep: number
  readonly losses: Float32Array
  readonly accuracies: Float32Array
  readonly stepsPerSecond: number
  readonly evaluations: readonly Evaluation[]
}

/** A tensor a view asked for. `axes` are the field's names: batch, head, query, key, token, feature, … */
export interface Tensor {
  readonly axes: readonly string[]
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** What a view looks at: probes of the chosen held-out sample, and states (weights), by name. */
export const viewRequest = z.object({
  /** Index among the inspected held-out samples. */
  sample: z.number().int().min(0).max(1023),
  probes: z.array(z.string().max(200)).max(200),
  states: z.array(z.string().max(200)).max(200),
})
export type ViewRequest = z.infer<typeof viewRequest>

/**
 * One held-out sample with what the model makes of it now. Ids index the task's vocabulary and classes; padding is cut off. Targets and
 * predictions are what the task aims at: a class for each token, one class, 1 or 0 for each class, or one number.
 */
export interface Prediction {
  readonly tokens: Int32Array
  /** The second sequence, where the task has one. */
  readonly source: Int32Array | null
  /** (token, feature), where numbers come with the tokens. */
  readonly features: Float32Array | null
  readonly targets: Int32Array | Float32Array
  readonly predictions: Int32Array | Float32Array
  /** (token), 1 where the model is asked, if that is not everywhere. */
  readonly scored: Float32Array | null
}

/** The live model, at most ten times a second: only what the view asked for. */
export interface ViewFrame {
  readonly run: string
  readonly step: number
  readonly sample: number
  readonly predictions: readonly Prediction[]
  readonly probes: Readonly<Record<string, Tensor>>
  readonly states: Readonly<Record<string, Tensor>>
}

/** What a finished run reports once. */
export interface RunSummary {
  readonly steps: number
  readonly loss: number
  /** `loss` and the metrics of the last evaluation, by name. */
  readonly evaluation: Readonly<Record<string, number>>
  readonly parameters: number
  readonly engine: string
  /** Before its last step, as the held-out loss no longer fell. */
  readonly endedEarly: boolean
  readonly msPerStep: number
  /** SHA-256 over all states in name order: equal exactly when two runs ended with the same bytes. */
  readonly stateHash: string
}

/** What a run of a lab will take on this machine, told before it starts. */
export interface Budget {
  readonly engine: string
  readonly parameters: number
  /** Most memory the run's process will have at once. */
  readonly peakBytes: number
  readonly stepsPerSecond: number
  /** All steps and evaluations. */
  readonly secondsToFinish: number
}

/** From step 1 on: `losses[0]` is the first step's. A step that was never told (its process was killed) is NaN. */
export interface RunHistory {
  readonly status: RunStatus
  readonly losses: Float32Array
  readonly accuracies: Float32Array
  readonly evaluations: readonly Evaluation[]
  readonly summary: RunSummary | null
}

export const labMethods = {
  'host.describe': method(z.object({})).returns<HostDescription>(),

  'labs.list': method(z.object({})).returns<readonly LabSummary[]>(),
  'labs.read': method(z.object({ id: z.string().max(64) })).returns<LabDocument>(),
  /** Native dialogs, where the host has them; null when the person cancels. `text` is the file's JSON, not yet validated. */
  'files.open': method(z.object({})).returns<{ readonly path: string; readonly name: string; readonly text: string } | null>(),
  'files.save': method(
    z.object({ path: z.string().max(4096).nullable(), name: z.string().max(255), text: z.string().max(50_000_000) }),
  ).returns<{ readonly path: string; readonly name: string } | null>(),
  /** Tells the host whether closing the window would lose changes. */
  'window.dirty': method(z.object({ dirty: z.boolean() })).returns<void>(),
  /** Tells the host the page's language, for its menu and dialogs. */
  'window.language': method(z.object({ language: z.enum(['en', 'zh']) })).returns<void>(),

  /** All that pages have kept with this host, over all its starts. */
  'memory.recall': method(z.object({})).returns<Readonly<Record<string, string>>>(),
  /** Resolves when it is on disk; null forgets. */
  'memory.remember': method(z.object({ key: memoryKey, value: z.string().max(100_000_000).nullable() })).returns<void>(),

  'data.add': method(z.object({ name: z.string().max(255), bytes })).returns<DataSummary>(),
  'data.list': method(z.object({})).returns<readonly DataSummary[]>(),
  /** The first rows and columns of a learner's table as a task reads it, or of its own example; null for tasks that read none. */
  'data.preview': method(z.object({ task: taskRef, data: dataId.nullable() })).returns<Preview | null>(),
  'task.describe': method(z.object({ task: taskRef, data: dataId.nullable() })).returns<TaskSpec>(),

  /** What a run would take: tried for a moment, unless it is known. A lab with problems is refused, and all are while a run trains. */
  'lab.budget': method(z.object({ lab: labDocument, engine, data: dataId.nullable() })).returns<Budget>(),

  /**
   * `paused` compiles and waits before the first step, so that a learner can take steps one by one. `from` is a run whose last
   * checkpoint gives the weights to begin with, by name and shape.
   */
  'runs.start': method(
    z.object({
      lab: labDocument,
      engine,
      data: dataId.nullable(),
      paused: z.boolean().default(false),
      from: runId.nullable().default(null),
    }),
  ).returns<RunStatus>(),
  'runs.list': method(z.object({})).returns<readonly RunStatus[]>(),
  /** What a run trains, and the learner's text it was given. */
  'runs.read': method(z.object({ run: runId })).returns<{ readonly lab: LabDocument; readonly data: string | null }>(),
  'runs.history': method(z.object({ run: runId })).returns<RunHistory>(),
  'runs.command': method(
    z.object({ run: runId, command: z.enum(['pause', 'resume', 'step', 'stop', 'checkpoint', 'evaluate']) }),
  ).returns<RunStatus>(),
  /** Live changes: learning rate, and gates by name (`node/gate`) as flat multipliers. */
  'runs.tune': method(
    z.object({
      run: runId,
      learningRate: z.number().positive().max(100).optional(),
      gates: z.record(z.string().max(200), z.array(z.number().min(0).max(1)).max(4096)).optional(),
    }),
  ).returns<RunStatus>(),
  'runs.view': method(z.object({ run: runId, view: viewRequest })).returns<void>(),
  /**
   * What the run's model writes as it is now, or as its last checkpoint has it. A page has one thing written at a time: another one, or
   * `runs.hush`, ends it with null; what was told of it until then is all there is.
   */
  'runs.write': method(z.object({ run: runId, request: writingRequest })).returns<Writing | null>(),
  'runs.hush': method(z.object({})).returns<void>(),
  /** Starts again from the last checkpoint of an interrupted, stopped or failed run. */
  'runs.restore': method(z.object({ run: runId })).returns<RunStatus>(),
  /** Deletes a run that is not under way, with its checkpoints and history. */
  'runs.remove': method(z.object({ run: runId })).returns<void>(),
} as const
export type LabMethods = typeof labMethods

export const labEvents = {
  'run.status': event<RunStatus>(),
  'run.telemetry': event<Telemetry>(),
  'run.frame': event<ViewFrame>(),
  /** To the page that asked for it. */
  'run.written': event<{ readonly run: string } & WritingProgress>(),
  /** A command chosen in the native menu: the same names as the renderer's commands. */
  'menu.command': event<{ readonly command: string }>(),
} as const
export type LabEvents = typeof labEvents

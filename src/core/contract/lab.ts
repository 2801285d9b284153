/**
 * The API of a host for the renderer: a table of methods with a schema per argument, and a table of events. Clients, servers and validation
 * are derived from these tables.
 */
import { z } from 'zod'
import { engineChoice } from './engine'
import { experimentId, experimentRequest, type ExperimentsPart, type ExperimentStatus } from './experiments'
import {
  identifier as lessonId,
  type Course,
  type Lesson,
  type LessonError,
  type LessonSummary,
  type Reference,
} from '../lessons/format'
import { lessonProgress, type LessonProgress } from '../lessons/progress'
import { classMethods } from './class'
import { dataId } from './data'
import { deskMethods } from './desk-link'
import { exchangeMethods } from './exchange'
import { importMethods } from './import'
import { kitMethods } from './kits'
import { draft, draftId, type Draft, type DraftSummary } from './draft'
import { labDocument, type LabDocument, type LocalText } from '../lab/document'
import type { Problem } from '../errors'
import { taskRef } from '../tasks/ref'
import type { Preview, TaskSpec } from '../tasks/types'
import { lookInput, lookRequest, modelRef, mutes, runId, type Comparison, type Confusion, type Lens, type Look } from './look'
import { pageRunMethods } from './page-runs'
import { patchRequest, type PatchReport } from './patch'
import { runLabelMethods } from './run-label'
import { fork, runCommands, usualMoments, type Budget, type Moments, type RunPart, type RunsPart, type RunStatus } from './runs'
import { method, event } from './table'
import type { Progress } from './progress'
import { generationRequest, type Generation, type GenerationProgress } from './generation'
import type { Worth } from './worth'
import { headRef, muting, type HeadCircuits, type HeadReport } from './heads'
import { sequenceName, type TokenReport } from './tokens'

export interface LessonsPart {
  /** How often the folder has changed since the host started. */
  readonly changes: number
  readonly errors: readonly LessonError[]
}

const engine = engineChoice
const bytes = z.instanceof(Uint8Array)
const language = z.enum(['en', 'zh'])
/** Keys of the page's settings kept by the host. Their values are opaque to the host. */
const memoryKey = z.enum(['language', 'theme', 'projector', 'layout', 'moments'])
export type MemoryKey = z.infer<typeof memoryKey>

export interface HostDescription {
  readonly kind: 'desktop' | 'browser'
  readonly version: string
  readonly platform: string
  /** Processor and number of cores. */
  readonly machine: string
  /** Whether the host has native open and save dialogs; otherwise the page uploads and downloads. */
  readonly dialogs: boolean
  /** Whose page this is in a class: the teacher's, or a pupil's; absent without a class. */
  readonly desk?: 'teacher' | 'pupil'
  readonly engines: readonly { readonly name: string; readonly threads: number }[]
}

export interface LabSummary {
  readonly id: string
  readonly title: LocalText
  readonly summary: LocalText
  readonly task: string
}

/** A learner's own text, identified by the first 16 hex digits of its SHA-256. */
export interface DataSummary {
  readonly id: string
  readonly name: string
  readonly characters: number
  /** Identifies the tokeniser of a pretrained model that it is kept with; null for a text alone. */
  readonly tokeniser: string | null
  /** Remarks on how it was read. */
  readonly notices: readonly Problem[]
}

export const labMethods = {
  'host.describe': method(z.object({})).returns<HostDescription>(),

  'labs.list': method(z.object({})).returns<readonly LabSummary[]>(),
  'labs.read': method(z.object({ id: z.string().max(64) })).returns<LabDocument>(),
  /** Native dialogs, if the host has them; null if cancelled. `text` is the file's JSON, not yet validated. */
  'files.open': method(z.object({}))
    .for('owner')
    .returns<{ readonly path: string; readonly name: string; readonly text: string } | null>(),
  'files.save': method(
    z.object({ path: z.string().max(4096).nullable(), name: z.string().max(255), text: z.string().max(50_000_000) }),
  )
    .for('owner')
    .returns<{ readonly path: string; readonly name: string } | null>(),
  /** Whether closing the window would lose changes. */
  'window.dirty': method(z.object({ dirty: z.boolean() })).returns<void>(),
  /** The page's language, for the host's menu and dialogs. */
  'window.language': method(z.object({ language })).returns<void>(),

  /** All values that pages have stored with this host, now or in earlier sessions. */
  'memory.recall': method(z.object({})).returns<Readonly<Record<string, string>>>(),
  /** Resolves once on disk; null deletes. */
  'memory.remember': method(z.object({ key: memoryKey, value: z.string().max(100_000_000).nullable() })).returns<void>(),

  /** Lists the drafts, again after every change. The window counts as open until the call is cancelled. */
  'drafts.watch': method(z.object({ window: draftId }))
    .streams<readonly DraftSummary[]>()
    .returns<null>(),
  /** Throws `draft.unknown`. */
  'drafts.read': method(z.object({ id: draftId })).returns<Draft>(),
  /** Resolves once on disk. */
  'drafts.keep': method(z.object({ id: draftId, draft })).returns<void>(),
  'drafts.discard': method(z.object({ id: draftId })).returns<void>(),

  /** With `tokeniserOf`, the text is kept with the tokeniser of that data, for the same pretrained model. */
  'data.add': method(z.object({ name: z.string().max(255), bytes, tokeniserOf: dataId.optional() })).returns<DataSummary>(),
  /** Deletes a text. Runs trained on it keep their weights but cannot be resumed. Throws `data.unknown`. */
  'data.remove': method(z.object({ data: dataId })).returns<void>(),
  'data.list': method(z.object({})).returns<readonly DataSummary[]>(),
  /** A learner's own text, for a page that trains. Throws `data.unknown`. */
  'data.read': method(z.object({ data: dataId })).returns<string>(),
  /** The first rows and columns of a learner's table as the task reads it, or of the task's example; null for tasks without tables. */
  'data.preview': method(z.object({ task: taskRef, data: dataId.nullable() })).returns<Preview | null>(),
  'task.describe': method(z.object({ task: taskRef, data: dataId.nullable() })).returns<TaskSpec>(),

  /**
   * Estimates the cost of a run by a short trial, or from earlier measurements. Refused for a lab with problems and while a run is
   * training.
   */
  'lab.budget': method(z.object({ lab: labDocument, engine, data: dataId.nullable() })).returns<Budget>(),

  /**
   * With `paused`, compiles and waits before the first step, for single steps. `from` is a run whose last checkpoint gives the initial
   * weights, matched by name and shape.
   */
  'runs.start': method(
    z.object({
      lab: labDocument,
      engine,
      data: dataId.nullable(),
      paused: z.boolean().default(false),
      from: runId.nullable().default(null),
      /** A run and a step after which this one goes on with what is changed: all states that fit are taken over, and steps count on. */
      fork: fork.nullable().default(null),
      /** Megabytes on the disk for its moments; 0 for none. */
      moments: z.number().int().min(0).max(100_000).default(usualMoments),
    }),
  ).returns<RunStatus>(),
  /**
   * Resumes an ended run from its last checkpoint, up to its planned last step. With `more`, it trains that many steps beyond the planned
   * ones or, if it has finished, beyond those it took; its lab then has the new number of steps, and the learning rate schedule is
   * stretched over all of them. Without `more`, throws `run.finished` if no steps are left.
   */
  'runs.resume': method(
    z.object({ run: runId, more: z.number().int().min(1).max(10_000_000).nullable().default(null) }),
  ).returns<RunStatus>(),
  /** Streams all runs, then those that change (each at most twice a second) and the ids of removed ones, until cancelled. */
  'runs.watch': method(z.object({})).streams<RunsPart>().returns<null>(),
  /** Streams the whole record of a run so far, then updates, until cancelled or the run is removed. */
  'runs.follow': method(z.object({ run: runId }))
    .streams<RunPart>()
    .returns<null>(),
  /** The steps at which a run can be seen at once. */
  'runs.moments': method(z.object({ run: runId })).returns<Moments>(),
  /** The lab of a run, and the learner's text it trains on. */
  'runs.read': method(z.object({ run: runId })).returns<{ readonly lab: LabDocument; readonly data: string | null }>(),
  ...pageRunMethods,
  ...importMethods,
  ...runLabelMethods,
  /**
   * With `until`, a run that is resumed pauses again after that step and the evaluation due then, so that several can be brought to the same
   * step; at once if it is there. Not for a run that trains in another page.
   */
  'runs.command': method(
    z.object({
      run: runId,
      command: z.enum(runCommands),
      until: z.number().int().nonnegative().nullable().default(null),
    }),
  ).returns<RunStatus>(),
  'runs.tune': method(z.object({ run: runId, learningRate: z.number().positive().max(100) })).returns<RunStatus>(),
  /** Deletes a run that is not active, with its checkpoints and history. */
  'runs.remove': method(z.object({ run: runId })).returns<void>(),

  /** Streams all stored or active experiments, then those that change, until cancelled. */
  'experiments.watch': method(z.object({})).streams<ExperimentsPart>().returns<null>(),
  /** Starts an experiment, with lower priority than training runs and independent of the page. Throws `experiment.unknown`. */
  'experiments.start': method(experimentRequest).returns<ExperimentStatus>(),
  /** Resumes an interrupted, cancelled or failed experiment, measuring only what is missing. */
  'experiments.resume': method(z.object({ id: experimentId })).returns<ExperimentStatus>(),
  /** Cancels an experiment. Its measurements are kept. */
  'experiments.cancel': method(z.object({ id: experimentId })).returns<ExperimentStatus>(),
  'experiments.remove': method(z.object({ id: experimentId })).returns<void>(),

  /** The course and all lessons, in the reader's language. */
  'lessons.list': method(z.object({ language })).returns<{
    readonly course: Course | null
    readonly lessons: readonly LessonSummary[]
    readonly reference: Reference | null
  }>(),
  /** A teacher's own lessons: what is wrong with them, at once and after each change of their folder, until cancelled. */
  'lessons.watch': method(z.object({})).streams<LessonsPart>().returns<null>(),
  'lessons.read': method(z.object({ id: lessonId, language })).returns<Lesson>(),
  /** A lab in the lesson's folder; null if the name refers to a built-in lab. */
  'lessons.lab': method(z.object({ id: lessonId, name: lessonId })).returns<LabDocument | null>(),
  'progress.recall': method(z.object({})).returns<Readonly<Record<string, LessonProgress>>>(),
  /** Resolves once on disk; null restarts the lesson. */
  'progress.keep': method(z.object({ lesson: lessonId, progress: lessonProgress.nullable() })).returns<void>(),

  ...kitMethods,
  ...exchangeMethods,
  ...classMethods,
  ...deskMethods,

  /**
   * Inspects a model, whatever the state of its run: once, or repeatedly while it trains, at intervals of `every` milliseconds, until
   * cancelled. Fails with `model.made-room` if the model had to be closed to free memory.
   */
  'models.look': method(
    z.object({ model: modelRef, look: lookRequest, every: z.number().min(50).max(60_000).nullable().default(null) }),
  )
    .streams<Look>()
    .returns<null>(),
  /** Effect of muting on the validation metrics. Not recorded in the run. */
  'models.evaluate': method(z.object({ model: modelRef, mutes }))
    .streams<Progress>()
    .returns<Comparison>(),
  /**
   * Which classes a model confuses on the validation set, with these parts muted. Not recorded in the run. Throws `confusion.no-classes` for
   * tasks without classes.
   */
  'models.confusion': method(z.object({ model: modelRef, mutes }))
    .streams<Progress>()
    .returns<Confusion>(),
  /**
   * What each block and head is worth: the validation metrics with one after another muted, in addition to `mutes`. Not recorded in the run.
   * Throws `worth.too-many-parts`.
   */
  'models.worth': method(z.object({ model: modelRef, mutes }))
    .streams<Progress>()
    .returns<Worth>(),
  /**
   * Puts single activations of one input into the run over another, and measures how much of the first one's answer returns. Not recorded in
   * the run. Throws `patch.…` for inputs that cannot be compared.
   */
  'models.patch': method(z.object({ model: modelRef, patch: patchRequest }))
    .streams<Progress>()
    .returns<PatchReport>(),
  /** Scores every attention head of a model, without its mutes. Not recorded in the run. */
  'models.heads': method(z.object({ model: modelRef, muting }))
    .streams<Progress>()
    .returns<HeadReport>(),
  /**
   * What each layer would predict for an input, with these parts muted (logit lens). Not recorded in the run. Throws `lens.…` for models without
   * classes.
   */
  'models.lens': method(z.object({ model: modelRef, input: lookInput, mutes })).returns<Lens>(),
  /** Circuits of one head over the vocabulary. Throws `run.unknown-head`. */
  'models.circuits': method(z.object({ model: modelRef, head: headRef })).returns<HeadCircuits>(),
  /** How the tokens of a model's task are used in its validation samples. */
  'models.tokens': method(z.object({ model: modelRef, sequence: sequenceName })).returns<TokenReport>(),
  /** Generates with the current weights of a model. */
  'models.generate': method(z.object({ model: modelRef, request: generationRequest }))
    .streams<GenerationProgress>()
    .returns<Generation>(),
} as const
export type LabMethods = typeof labMethods

export const labEvents = {
  /** An action chosen in the native menu, by its id in the page. */
  'menu.command': event<{ readonly command: string }>(),
} as const
export type LabEvents = typeof labEvents

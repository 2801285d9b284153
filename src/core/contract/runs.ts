/** What a host sends about training runs: their status, what they measure, and how they are listed. */
import type { Problem } from '../errors'
import type { Transplant } from '../graph/transplant'
import type { LocalText } from '../lab/document'
import type { ClassFigures, ClassScores } from '../metrics/classes'
import type { Points, SeriesParts } from '../series/series'
import type { Scores } from './look'

/** `queued`: it waits for a core, as many runs train already as there are cores. */
export const runStates = ['queued', 'starting', 'running', 'paused', 'finished', 'stopped', 'failed', 'interrupted'] as const
export type RunState = (typeof runStates)[number]

export const runCommands = ['pause', 'resume', 'step', 'stop', 'checkpoint', 'evaluate'] as const
export type RunCommand = (typeof runCommands)[number]

export interface RunStatus {
  readonly run: string
  readonly state: RunState
  readonly step: number
  readonly steps: number
  readonly engine: string
  readonly learningRate: number
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

/** Over the validation set, after a step. */
export interface Evaluation extends Scores {
  readonly step: number
}

/** What a run has measured since it last told, at most ten times a second. Steps count from 1; the state after step n is that of n updates. */
export interface Telemetry {
  readonly series: SeriesParts
  readonly stepsPerSecond: number
}

/** A class or label in the last evaluation, beside what the constant answer of the majority baseline gets. */
export interface NamedClass extends ClassFigures {
  readonly name: string
  readonly baseline: ClassScores
}

/** What a finished run reports once. */
export interface RunSummary {
  readonly steps: number
  readonly loss: number
  /** `loss` and the metrics of the last evaluation, by name. */
  readonly evaluation: Readonly<Record<string, number>>
  readonly parameters: number
  readonly engine: string
  /** Before its last step, as the validation loss no longer fell. */
  readonly endedEarly: boolean
  readonly msPerStep: number
  /** SHA-256 over all states in name order: equal exactly when two runs ended with the same bytes. */
  readonly stateHash: string
  /** Of the last evaluation, where there are figures for each class. */
  readonly classes?: readonly NamedClass[] | undefined
  /** The weights with the smallest validation loss, where they are kept: after which step, and that loss. */
  readonly best?: { readonly step: number; readonly loss: number } | undefined
}

/** A part of the stream of `runs.follow`. The first part has everything known so far. */
export interface RunPart {
  readonly status?: RunStatus
  readonly series?: SeriesParts
  /** Steps from here on are no longer true: the run continues from an earlier checkpoint. Comes before `series`. */
  readonly cut?: number
  readonly stepsPerSecond?: number
  readonly summary?: RunSummary
}

/** A run in the list of all: enough to show it without asking further. */
export interface RunOverview {
  readonly status: RunStatus
  readonly title: LocalText
  readonly task: string
  /** When it was asked for, in milliseconds since 1970; null where that is not known. */
  readonly begun: number | null
  /** The last training loss and the last evaluation; null before there are any. */
  readonly loss: number | null
  readonly evaluation: Evaluation | null
  /** Outline of the training loss: 48 points at most. */
  readonly curve: Points
}

/** A part of the list of all runs: those that are new or have changed, and the ids of those that were removed. */
export interface RunsPart {
  readonly runs: readonly RunOverview[]
  readonly removed: readonly string[]
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
  /** Whether evaluations are left out, as there was no time to measure one. */
  readonly isLowerBound: boolean
}

/** Training runs as sent by a host: status, measurements and list entries. */
import { z } from 'zod'
import type { Problem } from '../errors'
import type { Transplant } from '../graph/transplant'
import type { LocalText } from '../lab/document'
import type { ClassFigures, ClassScores } from '../metrics/classes'
import type { Points, SeriesParts } from '../series/series'
import type { Scores } from './look'
import type { RunLabel } from './run-label'

/** `queued`: waits for a free core. */
export const runStates = ['queued', 'starting', 'running', 'paused', 'finished', 'stopped', 'failed', 'interrupted'] as const
export type RunState = (typeof runStates)[number]

export const runCommands = ['pause', 'resume', 'step', 'stop', 'checkpoint', 'evaluate'] as const
export type RunCommand = (typeof runCommands)[number]

/** Megabytes on the disk for the moments of a run, unless its user chooses otherwise. */
export const usualMoments = 200

export const fork = z.object({ run: z.string().max(64), step: z.number().int().nonnegative() })
export type Fork = z.infer<typeof fork>

/** The steps of a run whose complete states are kept: every other step is trained again from the one before. */
export interface Moments {
  readonly steps: readonly number[]
  readonly bytes: number
  /** How many may be used. */
  readonly most: number
}

export interface RunStatus {
  readonly run: string
  readonly state: RunState
  /** Set if it trains in a page instead of a worker of the host. */
  readonly place?: 'page' | undefined
  readonly step: number
  readonly steps: number
  readonly engine: string
  /** The graphics processor, if one trains it. */
  readonly device?: string | undefined
  readonly learningRate: number
  readonly parameters: number
  /** Step of the last checkpoint, from which the run can be resumed; null if there is none. */
  readonly checkpoint: number | null
  /** Why it failed, by error code: e.g. the first operation that gave NaN, and its block. */
  readonly problem: Problem | null
  /** A remark on a run that did not fail, e.g. `engine.fallback` if `auto` could not use the fastest engine. */
  readonly notice?: Problem | undefined
  /** The run it continues otherwise, from the state after a step. */
  readonly forkedFrom?: Fork | undefined
  /** How the initial weights were matched, if they come from another run or a file. */
  readonly transplant?: Transplant | undefined
  /** Metrics of the best constant prediction (see core/metrics/baseline.ts); absent before the first evaluation. */
  readonly baseline?: Readonly<Record<string, number>> | undefined
  /** Position in the queue, from 1, while `queued`. */
  readonly queue?: number | undefined
}

/** Metrics over the validation set after a step. */
export interface Evaluation extends Scores {
  readonly step: number
}

/** Measurements since the last message, at most ten times a second. Steps count from 1; the state after step n has had n updates. */
export interface Telemetry {
  readonly series: SeriesParts
  readonly stepsPerSecond: number
}

/** Scores of a class or label in the last evaluation, and those of the majority baseline. */
export interface NamedClass extends ClassFigures {
  readonly name: string
  readonly baseline: ClassScores
}

/** Sent once when a run finishes. */
export interface RunSummary {
  readonly steps: number
  readonly loss: number
  /** `loss` and the metrics of the last evaluation, by name. */
  readonly evaluation: Readonly<Record<string, number>>
  readonly parameters: number
  readonly engine: string
  /** Whether early stopping ended it before its last step. */
  readonly endedEarly: boolean
  readonly msPerStep: number
  /** SHA-256 over all states in name order: equal only if two runs end with identical bytes. */
  readonly stateHash: string
  /** Of the last evaluation, if it has scores per class. */
  readonly classes?: readonly NamedClass[] | undefined
  /** Step and loss of the best weights on the validation set, if they are kept. */
  readonly best?: { readonly step: number; readonly loss: number } | undefined
}

/** A part of the stream of `runs.follow`. The first has everything known so far. */
export interface RunPart {
  readonly status?: RunStatus
  readonly series?: SeriesParts
  /** Discard the series from this step on, because the run continues from an earlier checkpoint. Applies before `series`. */
  readonly cut?: number
  readonly stepsPerSecond?: number
  readonly summary?: RunSummary
}

/** List entry of a run. */
export interface RunOverview {
  readonly status: RunStatus
  readonly title: LocalText
  readonly task: string
  /** When it was requested, in milliseconds since 1970; null if unknown. */
  readonly begun: number | null
  /** The last training loss and the last evaluation; null before the first. */
  readonly loss: number | null
  readonly evaluation: Evaluation | null
  /** Training loss, downsampled to at most 48 points. */
  readonly curve: Points
  /** What its user calls it; absent where nothing is known of it, as in a page that trains it. */
  readonly label?: RunLabel | undefined
}

/** A part of the list of runs: new or changed ones, and the ids of removed ones. */
export interface RunsPart {
  readonly runs: readonly RunOverview[]
  readonly removed: readonly string[]
}

/** Estimated cost of a run on this machine, before it starts. */
export interface Budget {
  readonly engine: string
  /** The graphics processor, if it is the fastest. */
  readonly device?: string | undefined
  /** The engine that was tried as well, and is slower. */
  readonly slower?:
    { readonly engine: string; readonly device?: string | undefined; readonly stepsPerSecond: number } | undefined
  readonly parameters: number
  /** Peak memory of the run's process. */
  readonly peakBytes: number
  readonly stepsPerSecond: number
  /** Includes all steps and evaluations. */
  readonly secondsToFinish: number
  /** Whether evaluations are excluded because there was no time to measure one. */
  readonly isLowerBound: boolean
}

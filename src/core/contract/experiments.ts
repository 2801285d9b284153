/** Experiments that a host runs and keeps: what is asked for, how far it is, and what was measured where. */
import { z } from 'zod'
import type { Problem } from '../errors'
import { experimentSource } from '../experiments/file'
import { mostSeeds } from '../experiments/types'
import type { Measurements } from '../experiments/verdict'
import { engineChoice } from './engine'

export const experimentId = z.string().regex(/^[0-9a-f]{16}$/)

export const experimentRequest = z.strictObject({
  experiment: experimentSource,
  quick: z.boolean(),
  seeds: z.array(z.number().int().nonnegative().max(1e9)).min(1).max(mostSeeds),
  engine: engineChoice,
})
export type ExperimentRequest = z.output<typeof experimentRequest>

/** `waiting`: it has begun and waits for a core. `interrupted`: its host ended; what it measured is kept, and it can be resumed. */
export const experimentStates = ['waiting', 'running', 'finished', 'cancelled', 'interrupted', 'failed'] as const
export type ExperimentState = (typeof experimentStates)[number]

/** Where the numbers come from. */
export const provenance = z.object({
  version: z.string(),
  /** As chosen by `auto`. */
  engine: z.string(),
  /** Processor and number of cores. */
  machine: z.string(),
})
export type Provenance = z.output<typeof provenance>

export interface ExperimentStatus extends ExperimentRequest {
  readonly id: string
  readonly state: ExperimentState
  /** When it was asked for, in milliseconds since 1970. */
  readonly begun: number
  /** In variations times seeds; while running also parts of one. */
  readonly done: number
  readonly of: number
  /** Seconds of work so far, over all its parts. */
  readonly seconds: number
  readonly problem: Problem | null
  readonly provenance: Provenance
  /** Null until it has finished. */
  readonly measurements: Measurements | null
}

export interface ExperimentsPart {
  readonly experiments: readonly ExperimentStatus[]
  readonly removed: readonly string[]
}

export const isUnderWay = ({ state }: Pick<ExperimentStatus, 'state'>): boolean => state === 'waiting' || state === 'running'

/** Experiments that a host runs and stores: requests, status, and measurements with their provenance. */
import { z } from 'zod'
import type { Problem } from '../errors'
import { experimentSource } from '../sweeps/source'
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

/** `waiting`: has begun and waits for a core. `interrupted`: its host ended; its measurements are kept, and it can be resumed. */
export const experimentStates = ['waiting', 'running', 'finished', 'cancelled', 'interrupted', 'failed'] as const
export type ExperimentState = (typeof experimentStates)[number]

/** Origin of measurements. */
export const provenance = z.object({
  version: z.string(),
  /** The engine in use, resolved if `auto` was requested. */
  engine: z.string(),
  /** Processor and number of cores. */
  machine: z.string(),
})
export type Provenance = z.output<typeof provenance>

export interface ExperimentStatus extends ExperimentRequest {
  readonly id: string
  readonly state: ExperimentState
  /** When it was requested, in milliseconds since 1970. */
  readonly begun: number
  /** Completed variations times seeds; while running, including fractions. */
  readonly done: number
  readonly of: number
  /** Working time so far in seconds, summed over resumptions. */
  readonly seconds: number
  readonly problem: Problem | null
  readonly provenance: Provenance
  /** Null until finished; of a sweep, those of the points that are measured with every seed. */
  readonly measurements: Measurements | null
}

export interface ExperimentsPart {
  readonly experiments: readonly ExperimentStatus[]
  readonly removed: readonly string[]
}

export const isUnderWay = ({ state }: Pick<ExperimentStatus, 'state'>): boolean => state === 'waiting' || state === 'running'

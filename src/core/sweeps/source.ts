/** Where an experiment comes from: one of the twenty, a file, or a sweep. */
import { z } from 'zod'
import { LabError } from '../errors'
import type { LabDocument } from '../lab/document'
import { requireLabSize } from '../lab/read'
import { experimentOfSweep, isSweepFile, readSweep, sweepFile, withNamedLab, type Sweep } from './sweep'
import { experimentFile, experimentName, ownExperiment, readExperiment } from '../experiments/file'
import { experiments } from '../experiments'
import type { Experiment } from '../experiments/types'

/** An experiment or a sweep of one's own. */
export const ownSource = z.union([experimentFile, sweepFile])
export type OwnSource = z.output<typeof ownSource>

/** One of the twenty experiments by id, or one's own. */
export const experimentSource = z.union([experimentName, ownSource])
export type ExperimentSource = z.output<typeof experimentSource>

export const isSweep = (source: ExperimentSource): source is Sweep => isSweepFile(source)

const keys = new WeakMap<OwnSource, string>()
/** Equal for the same experiment. */
export function keyOf(source: ExperimentSource): string {
  if (typeof source === 'string') return source
  const key = keys.get(source) ?? JSON.stringify(source)
  keys.set(source, key)
  return key
}

export const experimentIds = (): string => experiments.map((each) => each.id).join(', ')

/** Throws LabError `experiment.unknown`, and `sweep.setting` for a sweep over settings that its lab does not have. */
export function experimentOf(source: ExperimentSource): Experiment {
  if (typeof source !== 'string') return isSweep(source) ? experimentOfSweep(source) : ownExperiment(source)
  const found = experiments.find((each) => each.id === source)
  if (!found) throw new LabError('experiment.unknown', { id: source, known: experimentIds() })
  return found
}

/**
 * Reads a file; `place` is its name, `readLab` finds a built-in lab that a sweep names. Throws LabError: `experiment.invalid`, `sweep.invalid`,
 * `sweep.setting`, or `lab.too-large`.
 */
export async function parseOwn(
  text: string,
  place: string,
  readLab: (name: string) => Promise<LabDocument>,
): Promise<OwnSource> {
  requireLabSize(text.length)
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new LabError('experiment.invalid', { place, detail: error instanceof Error ? error.message : String(error) })
  }
  if (!isSweepFile(json)) return readExperiment(json)
  const sweep = readSweep(await withNamedLab(json, readLab))
  experimentOf(sweep) // throws if a point is not allowed
  return sweep
}

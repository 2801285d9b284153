/** The plot of a measure where an experiment chooses none, such as one's own. */
import { measures, type MeasureName } from './measures'
import type { AxisName, Plot } from './types'

/** Measures that give a row of numbers, and along what. */
const rows: Readonly<Partial<Record<MeasureName, AxisName>>> = {
  lossCurve: 'progress',
  accuracyCurve: 'progress',
  thresholdCurve: 'threshold',
  headCosts: 'head',
  activationScales: 'layer',
}

/** Whether it gives one number for each variation and seed, so that a claim can compare it. */
export const isSingle = (measure: MeasureName): boolean => !(measure in rows) && measures[measure] !== 'shape'

export function usualPlot(measure: MeasureName, variations: readonly string[]): Plot {
  const along = rows[measure]
  if (along) return { kind: 'curves', measure, along }
  return isSingle(measure) ? { kind: 'dots', measure } : { kind: 'sizes', measures: [measure], of: variations }
}

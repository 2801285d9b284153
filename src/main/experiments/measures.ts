/** The implementation of each measure; exhaustive over the names in core. */
import type { MeasureName } from '@core/experiments/measures'
import { attention } from './attention'
import type { Measure } from './define'
import { learning } from './learning'
import { signals } from './signals'
import { structure } from './structure'

export const measuring: Readonly<Record<MeasureName, Measure>> = { ...learning, ...structure, ...attention, ...signals }

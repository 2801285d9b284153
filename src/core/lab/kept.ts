/** Labs of runs: defaults that depend on the version are stored explicitly when a run begins, so that later versions do not change it. */
import { withClassOrder } from '../tasks/own/class-order'
import type { LabDocument } from './document'

/** The lab as stored for a new run. */
export const labToKeep = (lab: LabDocument): LabDocument => ({ ...lab, task: withClassOrder(lab.task, 'value') })

/** The lab of a stored run, with the defaults of versions that did not store them. */
export const keptLab = (lab: LabDocument): LabDocument => ({ ...lab, task: withClassOrder(lab.task, 'text') })

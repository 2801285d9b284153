/** Labs of runs: what a lab leaves to the version that reads it is written down when a run begins, so that it stays as it was. */
import { withClassOrder } from '../tasks/own/class-order'
import type { LabDocument } from './document'

/** As a new run keeps it. */
export const labToKeep = (lab: LabDocument): LabDocument => ({ ...lab, task: withClassOrder(lab.task, 'value') })

/** As it is read of a run: what it does not say, it means as versions did that did not write it down. */
export const keptLab = (lab: LabDocument): LabDocument => ({ ...lab, task: withClassOrder(lab.task, 'text') })

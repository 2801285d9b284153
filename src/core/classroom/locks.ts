/** What a pupil may change of an assignment's lab. Locked parts are restored before grading. */
import { dequal } from 'dequal/lite'
import { z } from 'zod'
import { training, type LabDocument } from '../lab/document'
import { labToKeep } from '../lab/kept'
import { sameStructure } from '../lab/same'

const settings = Object.keys(training.shape) as [keyof LabDocument['training'], ...(keyof LabDocument['training'])[]]

export const locks = z.strictObject({
  /** Blocks and wires. */
  graph: z.boolean().default(false),
  /** The task with its settings. */
  task: z.boolean().default(true),
  /** The text or table it reads: if it is not locked, pupils hand in their own. */
  data: z.boolean().default(true),
  /** Training settings by name. */
  training: z.array(z.enum(settings)).default([]),
})
export type Locks = z.output<typeof locks>

export interface Restored {
  readonly lab: LabDocument
  /** What was changed although it is locked: `graph`, `task`, or the name of a training setting. */
  readonly changed: readonly string[]
}

/** The pupil's lab with the locked parts of the teacher's. */
export function restore(given: LabDocument, original: LabDocument, { graph, task, training: names }: Locks): Restored {
  const changed = [
    ...(graph && !sameGraph(given, original) ? ['graph'] : []),
    ...(task && !dequal(labToKeep(given).task, labToKeep(original).task) ? ['task'] : []),
    ...names.filter((name) => !dequal(given.training[name], original.training[name])),
  ]
  const settingsOf = Object.fromEntries(names.map((name) => [name, original.training[name]]))
  return {
    lab: {
      ...given,
      ...(changed.includes('graph') && { graph: original.graph }),
      ...(changed.includes('task') && { task: original.task }),
      training: { ...given.training, ...settingsOf },
    },
    changed,
  }
}

/** Positions and names of blocks may differ. */
const sameGraph = (a: LabDocument, b: LabDocument): boolean =>
  sameStructure(a, { ...b, task: a.task, training: { ...b.training, batchSize: a.training.batchSize } })

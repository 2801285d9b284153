/** LAB on the command line: a built-in lab's id or a file; and the learner's own text. */
import { join } from 'node:path'
import { z } from 'zod'
import { LabError } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import { parseLab } from '@core/lab/read'
import { createTask } from '@core/tasks'
import { MAXIMUM_TEXT_BYTES } from '@core/tasks/text'
import { aims, unitNames, type TaskSpec, type Units } from '@core/tasks/types'
import { readBounded, readJson, readLabText, writeAtomically } from '../service/files'
import type { Labs } from '../service/labs'

/** Throws LabError. */
export async function findLab(lab: string, labs: Labs): Promise<LabDocument> {
  const ids = (await labs.list()).map(({ id }) => id)
  if (ids.includes(lab)) return labs.read(lab)
  try {
    return parseLab(await readLabText(lab))
  } catch (error) {
    const missing = error instanceof LabError && error.code === 'file.missing'
    throw missing ? new LabError('lab.missing', { lab, known: ids.join(', ') }) : error
  }
}

const taskFile = 'task.json'
const sequenceSpec = z.object({ length: z.number().int().positive(), vocabulary: z.array(z.string()), padded: z.boolean() })
const units = z.enum(unitNames)
/** Earlier versions did not keep it; then it was guessed from the tokens there are, signs left out. */
const guessedUnits = (vocabulary: readonly string[], signs: number): Units =>
  vocabulary.slice(signs).some((token) => Array.from(token).length > 1) ? 'words' : 'characters'

/** What earlier versions kept was of the learner's own pairs, whose second token stands for all that is unknown. */
const sourceSpec = sequenceSpec
  .extend({ units: units.optional(), unknown: z.number().int().nullable().default(1) })
  .transform((source) => ({ ...source, units: source.units ?? guessedUnits(source.vocabulary, 2) }))
const taskFields = sequenceSpec.extend({
  aim: z.enum(aims),
  classes: z.array(z.string()),
  heldOut: z.number(),
  causal: z.boolean(),
  source: sourceSpec.nullable(),
  written: z.object({ begin: z.number(), end: z.number(), units: units.optional() }).nullable(),
  features: z.number().int(),
  scored: z.boolean().default(false),
  merges: z.array(z.tuple([z.number(), z.number()])).default([]),
  notices: z.array(z.never()).default([]).catch([]), // told when the run began
})
const taskSpec = taskFields.transform(({ written, ...spec }) => ({
  ...spec,
  written: written && { ...written, units: written.units ?? guessedUnits(spec.vocabulary, 4) },
}))

/** Beside a checkpoint, what its task made of the learner's text: without its vocabulary the weights mean nothing. */
export function keepTask(directory: string, spec: TaskSpec): Promise<void> {
  return writeAtomically(join(directory, taskFile), JSON.stringify(spec))
}

/** The task of a checkpoint: as it was kept, or what the lab has without a text of one's own. Throws LabError. */
export async function readTask(directory: string, lab: LabDocument): Promise<TaskSpec> {
  const kept = taskSpec.safeParse(await readJson(join(directory, taskFile)).catch(() => null))
  return kept.data ?? createTask(lab.task, null).spec
}

/** The bytes of the learner's text; whether they are text is for the data store to say. Throws LabError. */
export function readData(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return readBounded(path, MAXIMUM_TEXT_BYTES, 'text.too-large')
}

/** The task saved beside a model's checkpoint: without the vocabulary of the learner's text, the weights mean nothing. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { LabDocument } from '@core/lab/document'
import { signatureSchema } from '@core/signature'
import { createTask } from '@core/tasks'
import type { TaskSpec } from '@core/tasks/types'
import { tokeniserSchema } from '@core/tokenisers'
import { readJson, writeAtomically } from './files'
import { olderTask } from './older-task'

const signatureFile = 'signature.json'
const tokeniserFile = 'tokenizer.json'
const olderFile = 'task.json'

const keptSignature = z.object({
  signature: signatureSchema,
  classes: z.array(z.string()),
  heldOut: z.number().int().nonnegative(),
})
const keptTokenisers = z.object({ tokens: tokeniserSchema, source: tokeniserSchema.nullable() })

export async function keepTask(directory: string, spec: TaskSpec): Promise<void> {
  const { signature, tokeniser, source, classes, validation: heldOut } = spec
  const keep = (file: string, content: unknown) => writeAtomically(join(directory, file), JSON.stringify(content))
  await keep(tokeniserFile, { tokens: tokeniser, source } satisfies z.input<typeof keptTokenisers>)
  await keep(signatureFile, { signature, classes: [...classes], heldOut } satisfies z.input<typeof keptSignature>)
}

/** Whether a task is saved beside the checkpoint. */
export const keepsTask = (directory: string): boolean =>
  [signatureFile, olderFile].some((file) => existsSync(join(directory, file)))

/** The task of a checkpoint: as saved, or that of the lab with its built-in data. Throws LabError. */
export async function readTask(directory: string, lab: LabDocument): Promise<TaskSpec> {
  const read = (file: string): Promise<unknown> => readJson(join(directory, file)).catch(() => null)
  const kept = keptSignature.safeParse(await read(signatureFile)).data
  const tokenisers = keptTokenisers.safeParse(await read(tokeniserFile)).data
  if (kept && tokenisers) {
    const { heldOut: validation, ...known } = kept
    return { ...known, validation, tokeniser: tokenisers.tokens, source: tokenisers.source, notices: [] }
  }
  return olderTask(await read(olderFile), lab) ?? createTask(lab.task, null).spec
}

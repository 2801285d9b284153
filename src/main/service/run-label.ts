/** The label of a run: `label.json` in its folder, apart from its record, which is written while it trains. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { dequal } from 'dequal/lite'
import { noLabel, runLabel, type RunLabel } from '@core/contract/run-label'
import { codeOf } from './file-error'
import { readJson, writeAtomically } from './files'

export const labelPath = (folder: string): string => join(folder, 'label.json')

/** Runs of earlier versions have none. One that cannot be read is logged and counts as none: the run itself is unharmed. */
export async function readLabel(folder: string, log: (where: string, error: unknown) => void): Promise<RunLabel> {
  const path = labelPath(folder)
  try {
    return runLabel.parse(await readJson(path))
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') log(path, error)
    return noLabel
  }
}

/** Throws LabError. */
export async function writeLabel(folder: string, label: RunLabel): Promise<void> {
  if (dequal(label, noLabel)) await rm(labelPath(folder), { force: true })
  else await writeAtomically(labelPath(folder), JSON.stringify(label))
}

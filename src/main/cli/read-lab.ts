/** Reads LAB, the id of a built-in lab or a file, and the learner's own text. */
import { LabError } from '@core/errors'
import type { LabDocument } from '@core/lab/document'
import { parseLab } from '@core/lab/read'
import { MAXIMUM_TEXT_BYTES } from '@core/tasks/text'
import { asText } from '../service/text-file'
import { readBounded, readLabText } from '../service/files'
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

/** The bytes of the learner's text, also of a Parquet file; the data store checks that they are text. Throws LabError. */
export async function readData(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return asText(await readBounded(path, MAXIMUM_TEXT_BYTES, 'text.too-large'))
}

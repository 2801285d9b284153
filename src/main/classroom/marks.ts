/** Files of marks that were given by hand. Grading reads them and never changes them. */
import { join } from 'node:path'
import { z } from 'zod'
import { handMarks, type HandMarks } from '@core/classroom/grade'
import { LabError } from '@core/errors'
import { codeOf, fileError } from '../service/file-error'
import { ownerOnly, readJson, writeAtomically } from '../service/files'
import { Turns } from '../service/turns'
import { placeOf } from './manifest'

/** By submission. */
const format = z.record(z.string(), handMarks)
type Marks = z.output<typeof format>

/** Nothing where there is no file. Throws LabError `kit.marks-invalid`. */
export async function readMarks(path: string): Promise<Marks> {
  try {
    const parsed = format.safeParse(await readJson(path))
    if (parsed.success) return parsed.data
    throw new LabError('kit.marks-invalid', { path, place: placeOf(parsed.error) })
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return {}
    if (error instanceof SyntaxError) throw new LabError('kit.marks-invalid', { path, place: '–' })
    throw fileError(path, error)
  }
}

export interface KeptMarks {
  of(kit: string, work: string): Promise<HandMarks>
  /** Replaces the marks of the same items. */
  give(kit: string, work: string, given: HandMarks): Promise<void>
}

/** `KIT.json` in a folder of a workspace, by the SHA-256 of the submission. */
export function keepMarks(directory: string): KeptMarks {
  const turns = new Turns()
  const fileOf = (kit: string): string => join(directory, `${kit}.json`)
  return {
    of: async (kit, work) => (await readMarks(fileOf(kit)))[work] ?? {},
    give: (kit, work, given) =>
      turns.take(async () => {
        const all = await readMarks(fileOf(kit))
        const next = { ...all, [work]: { ...all[work], ...given } }
        await writeAtomically(fileOf(kit), JSON.stringify(next, null, 2), ownerOnly)
      }),
  }
}

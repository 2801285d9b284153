/** The submissions that came to a desk, `handed-in/NAME-PUPIL-NUMBER-ID.labwork`: each is kept once, and none is ever replaced. */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { HandedIn } from '@core/contract/class'
import { LabError } from '@core/errors'
import { fileError } from '../service/file-error'
import { namesIn, ownerOnly, writeAtomically } from '../service/files'
import { Turns } from '../service/turns'
import type { Pupil } from './roll'

export interface Submissions {
  list(): Promise<readonly HandedIn[]>
  /** Number of submissions of a pupil. */
  countOf(pupil: string): Promise<number>
  /** `id` names the submission: the same one again changes nothing and is not made. Throws LabError `class.too-many-works`. */
  receive(pupil: Pupil, id: string, make: () => Promise<Uint8Array>): Promise<HandedIn>
  /** Throws LabError `file.missing`. */
  read(file: string): Promise<Uint8Array<ArrayBuffer>>
}

/** For each pupil. */
const mostSubmissions = 100

/** `pupils` gives those on the roll, for their names. */
export function openSubmissions(folder: string, pupils: () => readonly Pupil[]): Submissions {
  const turns = new Turns()
  const files = async (): Promise<string[]> => (await namesIn(folder)).filter((name) => name.endsWith('.labwork')).sort()
  const filesOf = async (pupil: string): Promise<string[]> => (await files()).filter((name) => name.includes(`-${pupil}-`))

  async function describe(name: string): Promise<HandedIn> {
    const id = /-([0-9a-f]{12})-\d{3}-/.exec(name)?.[1]
    const found = await stat(join(folder, name)).catch((error: unknown) => {
      throw fileError(join(folder, name), error)
    })
    const pupil = pupils().find((each) => each.id === id)
    return { file: name, pupil: pupil?.name ?? name, time: found.mtimeMs, bytes: found.size }
  }

  return {
    list: async () => Promise.all((await files()).map(describe)),
    countOf: async (pupil) => (await filesOf(pupil)).length,
    receive: (pupil, submission, make) =>
      turns.take(async () => {
        const earlier = await filesOf(pupil.id)
        const known = earlier.find((name) => name.endsWith(`-${submission}.labwork`))
        if (known) return describe(known)
        if (earlier.length >= mostSubmissions) throw new LabError('class.too-many-works', { most: mostSubmissions })
        const bytes = await make()
        const number = String(earlier.length + 1).padStart(3, '0')
        const name = `${pupil.name.replaceAll(/[^\p{L}\p{N}]+/gu, '-').slice(0, 20)}-${pupil.id}-${number}-${submission}.labwork`
        await writeAtomically(join(folder, name), bytes, ownerOnly)
        return describe(name)
      }),
    async read(file) {
      if (!(await files()).includes(file)) throw new LabError('file.missing', { path: file })
      return new Uint8Array(await readFile(join(folder, file)))
    },
  }
}

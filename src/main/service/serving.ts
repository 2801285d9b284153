/** Where the page of the host is that has the home, so that one that comes second can lead there. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ownerOnly, readJson, writeAtomically } from './files'

const file = z.object({ address: z.url() })
const pathIn = (home: string): string => join(home, 'serving.json')

/** Throws LabError. */
export const announce = (home: string, address: string): Promise<void> =>
  writeAtomically(pathIn(home), JSON.stringify({ address }), ownerOnly)

export const withdraw = (home: string): Promise<void> => rm(pathIn(home), { force: true })

/** With the token; null where the host has a window instead. Only while another host has the home. */
export async function announced(home: string): Promise<string | null> {
  return file.safeParse(await readJson(pathIn(home)).catch(() => null)).data?.address ?? null
}

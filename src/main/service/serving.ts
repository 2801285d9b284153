/** Stores the address of the page of the host that uses the home, so that a second host can open it. */
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

/** Includes the token; null if the host has a window instead. Valid only while another host uses the home. */
export async function announced(home: string): Promise<string | null> {
  return file.safeParse(await readJson(pathIn(home)).catch(() => null)).data?.address ?? null
}

/** The learner's own texts, stored in the workspace under the first 16 hex digits of their SHA-256. */
import { createHash } from 'node:crypto'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { DataSummary } from '@core/contract/lab'
import { LabError, type Problem } from '@core/errors'
import { decodeText } from '@core/tasks/text'
import { tokeniserLine } from '@core/tasks/pretrained/data'
import type { Encoding } from '@core/utf8'
import { codeOf, fileError } from './file-error'
import { asText } from './text-file'
import { ownerOnly, readJson, writeAtomically } from './files'

const summary = z.object({
  id: z.string(),
  name: z.string(),
  characters: z.number(),
  tokeniser: z.string().nullable().default(null),
  notices: z.array(z.object({ code: z.literal('text.encoding'), params: z.record(z.string(), z.string()) })).default([]),
})

export interface DataStore {
  /**
   * The same text is stored once, under its newest name. Throws LabError for bytes that are not text, are too large, or cannot
   * be written, and `data.unknown`. With `tokeniserOf`, it is kept with the tokeniser of that data.
   */
  add(name: string, bytes: Uint8Array, tokeniserOf?: string): Promise<DataSummary>
  /** In name order. Skips unreadable entries. */
  list(): Promise<readonly DataSummary[]>
  /** Notices on how a text was read; empty for an unknown id. */
  notices(id: string): Promise<readonly Problem[]>
  /** Throws LabError, `data.unknown` for an unknown id. */
  read(id: string): Promise<string>
  /** Throws LabError, `data.unknown` for an unknown id. */
  remove(id: string): Promise<void>
}

/** Notices for a text read in this encoding. */
export const noticesOf = (encoding: Encoding): DataSummary['notices'] =>
  encoding === 'utf-8' ? [] : [{ code: 'text.encoding', params: { encoding: encoding.toUpperCase() } }]

/** The text of a file, with the tokeniser of other data if it has none, and what is stored about it. Throws LabError. */
export function textOf(name: string, bytes: Uint8Array, other = ''): { readonly text: string; readonly added: DataSummary } {
  const { text: given, encoding } = decodeText(bytes)
  const text = tokeniserLine(given) ? given : tokeniserLine(other) + given
  const line = tokeniserLine(text)
  const added = { id: hashOf(text), name, characters: text.length - line.length, tokeniser: line ? hashOf(line) : null }
  return { text, added: { ...added, notices: noticesOf(encoding) } }
}
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

export function createDataStore(directory: string): DataStore {
  async function read(id: string): Promise<string> {
    const path = join(directory, `${id}.txt`)
    return readFile(path, 'utf8').catch((error: unknown) => refuse(id, path, error))
  }
  return {
    read,
    async add(name, bytes, tokeniserOf) {
      const { text, added } = textOf(name, await asText(bytes), tokeniserOf && (await read(tokeniserOf)))
      const { id } = added
      await writeAtomically(join(directory, `${id}.txt`), text, ownerOnly)
      await writeAtomically(join(directory, `${id}.json`), JSON.stringify(added), ownerOnly)
      return added
    },
    async list() {
      const names = await readdir(directory).catch(() => [])
      const found = await Promise.all(
        names
          .filter((name) => name.endsWith('.json'))
          .map(async (name) => summary.safeParse(await readJson(join(directory, name)).catch(() => null)).data),
      )
      return found.filter((each) => each !== undefined).sort((a, b) => a.name.localeCompare(b.name))
    },
    async notices(id) {
      return summary.safeParse(await readJson(join(directory, `${id}.json`)).catch(() => null)).data?.notices ?? []
    },
    async remove(id) {
      const path = join(directory, `${id}.txt`)
      await rm(path).catch((error: unknown) => refuse(id, path, error))
      await rm(join(directory, `${id}.json`), { force: true })
    },
  }
}

function refuse(id: string, path: string, error: unknown): never {
  throw codeOf(error) === 'ENOENT' ? new LabError('data.unknown', { id }) : fileError(path, error)
}

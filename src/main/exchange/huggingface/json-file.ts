/** JSON files of a model's folder: bounded before they are parsed, and checked field by field. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { exceededIn } from '@core/bounded'
import { LabError } from '@core/errors'
import { decodeUtf8 } from '@core/utf8'
import { readWhole } from '../../engine/read-whole'
import { codeOf, fileError } from '../../service/file-error'

/** Tokenisers of large vocabularies have up to 20 MB and a million values. */
const LARGEST = 64 * 2 ** 20
const bounds = { values: 5_000_000, levels: 24 }

/** A file as text; null if there is none. Throws LabError if it cannot be read, is too large or is not UTF-8. */
export async function readTextFile(folder: string, file: string): Promise<string | null> {
  const path = join(folder, file)
  const found = await stat(path).catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return null
    throw fileError(path, error)
  })
  if (!found) return null
  if (!found.isFile()) throw new LabError('file.special', { path })
  const megabytes = (bytes: number): number => Math.ceil(bytes / 2 ** 20)
  if (found.size > LARGEST) {
    throw new LabError('import.file-too-large', { file, megabytes: megabytes(found.size), limit: megabytes(LARGEST) })
  }
  try {
    return decodeUtf8(await readWhole(path))
  } catch (error) {
    if (error instanceof TypeError) throw new LabError('import.not-json', { file })
    throw fileError(path, error)
  }
}

/** Null if there is no such file. Throws LabError, `import.not-json` for anything that is not one JSON object. */
export async function readJsonFile(folder: string, file: string): Promise<Readonly<Record<string, unknown>> | null> {
  const text = await readTextFile(folder, file)
  return text === null ? null : parseObject(text, file)
}

export function parseObject(text: string, file: string): Readonly<Record<string, unknown>> {
  const refuse = () => new LabError('import.not-json', { file })
  if (exceededIn(text, bounds)) throw refuse()
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw refuse()
  }
  const parsed = z.record(z.string(), z.unknown()).safeParse(value)
  if (!parsed.success) throw refuse()
  return parsed.data
}

/** Checks against a schema. Throws LabError `import.field`, which names the field. */
export function fieldsOf<S extends z.ZodType>(file: string, schema: S, value: unknown, inside = ''): z.output<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const path = [inside, ...(parsed.error.issues[0]?.path ?? []).map(String)].filter((part) => part !== '')
  throw new LabError('import.field', { file, field: path.join('.') || '—' })
}

/** A short form of a value for messages. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : ((JSON.stringify(value) as string | undefined) ?? '—')
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

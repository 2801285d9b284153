/** The manifest of an archive: read with bounds, and every file compared with the size and hash that it lists. */
import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { exceeded, exceededIn, type Bounds } from '@core/bounded'
import { canonical, type ListedFile } from '@core/classroom/files'
import { LabError } from '@core/errors'
import type { Files } from './archive'

/** Enough for 200 runs with their curves and the answers of 200 lessons. */
const bounds: Bounds = { values: 1_000_000, characters: 20_000_000, levels: 32 }

export const hashOf = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')
export const canonicalHash = (value: unknown): string => hashOf(canonical(value))

export const listed = (files: Files): ListedFile[] =>
  [...files]
    .map(([path, bytes]) => ({ path, bytes: bytes.length, sha256: hashOf(bytes) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))

export interface Kind<S extends z.ZodType> {
  /** `kit.json` or `work.json`. */
  readonly file: string
  readonly format: string
  readonly version: number
  readonly schema: S
}

/** Throws LabError `archive.other` for an archive of another kind, `archive.newer`, or `archive.invalid` with the place. */
export function readManifest<S extends z.ZodType>(files: Files, { file, format, version, schema }: Kind<S>): z.output<S> {
  const bytes = files.get(file)
  if (!bytes) throw new LabError('archive.other', { file })
  const text = new TextDecoder().decode(bytes)
  if (exceededIn(text, bounds)) throw new LabError('archive.invalid', { file, place: '–' })
  const json = parsed(text, file)
  if (exceeded(json, bounds)) throw new LabError('archive.invalid', { file, place: '–' })
  const { format: found, version: its } = (json ?? {}) as { readonly format?: unknown; readonly version?: unknown }
  if (found !== format) throw new LabError('archive.other', { file })
  if (typeof its === 'number' && its > version) throw new LabError('archive.newer', { version: its, supported: version })
  const result = schema.safeParse(json)
  if (!result.success) throw new LabError('archive.invalid', { file, place: placeOf(result.error) })
  return result.data
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new LabError('archive.invalid', { file, place: '–' })
  }
}

export const placeOf = (error: z.ZodError): string => error.issues[0]?.path.join('.') || '–'

/** Exactly the listed files, with the listed content. Throws LabError `archive.unlisted`, `archive.missing` or `archive.hash`. */
export function requireListed(files: Files, manifest: string, list: readonly ListedFile[]): void {
  const known = new Map(list.map((each) => [each.path, each]))
  for (const name of files.keys()) if (name !== manifest && !known.has(name)) throw new LabError('archive.unlisted', { name })
  for (const { path, bytes, sha256 } of list) {
    const content = files.get(path)
    if (!content) throw new LabError('archive.missing', { name: path })
    if (content.length !== bytes || hashOf(content) !== sha256) throw new LabError('archive.hash', { name: path })
  }
}

/** A listed file as text. Throws LabError `archive.missing`. */
export function textOf(files: Files, path: string): string {
  const bytes = files.get(path)
  if (!bytes) throw new LabError('archive.missing', { name: path })
  return new TextDecoder().decode(bytes)
}

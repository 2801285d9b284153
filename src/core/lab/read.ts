/** Reads a lab document from untrusted JSON: migrates its version and checks every field. All failures have messages. */
import type { z } from 'zod'
import { exceeded, exceededIn } from '../bounded'
import { LabError } from '../errors'
import { labBounds, labDocument, type LabDocument } from './document'

const CURRENT_VERSION = 1

/** Limit on a lab file. The largest labs have about 3 MB. */
export const MAXIMUM_LAB_BYTES = 8 * 2 ** 20

/** Migrations from version n to version n + 1, keyed by n. */
const migrations: Readonly<Record<number, (document: Record<string, unknown>) => Record<string, unknown>>> = {}

/** Throws LabError: too large, not JSON, not a lab, from a newer version, or invalid (with the path). */
export function parseLab(text: string): LabDocument {
  let parsed: unknown
  requireLabSize(text.length)
  const bound = exceededIn(text, labBounds) // JSON.parse takes seconds for megabytes of opening brackets
  if (bound) throw new LabError(`lab.too-many-${bound}`, { most: labBounds[bound] })
  try {
    parsed = JSON.parse(text)
  } catch (error) {
    throw new LabError('lab.not-json', { detail: error instanceof Error ? error.message : String(error) })
  }
  return readLab(parsed)
}

export function readLab(value: unknown): LabDocument {
  if (typeof value !== 'object' || value === null || !('format' in value) || value.format !== 'attention-lab') {
    throw new LabError('lab.not-a-lab')
  }
  const bound = exceeded(value, labBounds)
  if (bound) throw new LabError(`lab.too-many-${bound}`, { most: labBounds[bound] })
  let document: Record<string, unknown> = { ...value }
  const version = document.version
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1)
    throw new LabError('lab.invalid', { path: 'version' })
  if (version > CURRENT_VERSION) throw new LabError('lab.newer', { version, supported: CURRENT_VERSION })
  for (let from = version; from < CURRENT_VERSION; from++) document = migrations[from]?.(document) ?? document
  const result = labDocument.safeParse(document)
  if (!result.success) throw new LabError('lab.invalid', { path: place(result.error) })
  return result.data
}

/** Throws LabError `lab.too-large` above the limit. */
export function requireLabSize(size: number): void {
  const megabytes = (bytes: number): number => Math.ceil(bytes / 2 ** 20)
  if (size > MAXIMUM_LAB_BYTES)
    throw new LabError('lab.too-large', { megabytes: megabytes(size), limit: megabytes(MAXIMUM_LAB_BYTES) })
}

/** The path of the first invalid value, e.g. `graph.nodes.3.id`. */
function place(error: z.ZodError): string {
  return error.issues[0]?.path.join('.') || 'format'
}

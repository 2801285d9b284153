/** Reads a lab document from outside: JSON, its version brought up to date, every field checked. All failures are sentences. */
import type { z } from 'zod'
import { LabError } from '../errors'
import { labDocument, type LabDocument } from './document'

const CURRENT_VERSION = 1

/** What a document of version n needs to become version n + 1, keyed by n. */
const migrations: Readonly<Record<number, (document: Record<string, unknown>) => Record<string, unknown>>> = {}

/** Throws LabError: not JSON, not a lab, from a newer version, or damaged (naming the place). */
export function parseLab(text: string): LabDocument {
  let parsed: unknown
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

/** The first place that is wrong, e.g. `graph.nodes.3.id`. */
function place(error: z.ZodError): string {
  return error.issues[0]?.path.join('.') || 'format'
}

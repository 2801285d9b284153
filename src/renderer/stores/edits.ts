/** Serialised undo history. Objects shared between steps are stored once and shared again when read. */
import { dequal } from 'dequal/lite'
import { parse, stringify } from 'devalue'
import { z } from 'zod'
import { startHistory, type History } from '@core/graph/history'
import { labDocument, type LabDocument } from '@core/lab/document'
import { startWork, type Work } from './work'

export interface Edits {
  readonly history: History<Work>
  /** The last saved state; null if it is not in the history. */
  readonly saved: LabDocument | null
}

/** Limit each way: a state of 900 blocks takes 10 KB, and every step triggers a write. */
const mostSteps = 50

export function writeEdits({ history: { past, present, future }, saved }: Edits): string {
  return stringify({ past: past.slice(-mostSteps), present, future: future.slice(0, mostSteps), saved })
}

/** Validates without copying, so that steps keep sharing objects. Rejects documents of an older format version. */
const document = z.custom<LabDocument>((value) => dequal(labDocument.safeParse(value).data, value))
const work = z.object({
  document,
  own: z.object({ text: z.string().nullable(), table: z.string().nullable() }),
  mutes: z.record(z.string(), z.array(z.number())),
})
const edits = z.object({ past: z.array(work), present: work, future: z.array(work), saved: document.nullable() })

/** Null if the text is invalid or its present state is another document. */
export function readEdits(text: string | null, present: LabDocument): Edits | null {
  try {
    const { saved, ...history } = edits.parse(parse(text ?? ''))
    return dequal(history.present.document, present) ? { history, saved } : null
  } catch {
    return null
  }
}

/** A lab with an empty undo history. */
export function withoutSteps(document: LabDocument, data: string | null, isSaved: boolean): Edits {
  return { history: startHistory(startWork(document, data)), saved: isSaved ? document : null }
}

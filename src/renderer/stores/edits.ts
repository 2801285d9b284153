/** Steps of undo as text: what they share is written once, and is shared again when it is read. */
import { dequal } from 'dequal/lite'
import { parse, stringify } from 'devalue'
import { z } from 'zod'
import { startHistory, type History } from '@core/graph/history'
import { labDocument, type LabDocument } from '@core/lab/document'
import { startWork, type Work } from './work'

export interface Edits {
  readonly history: History<Work>
  /** What was saved last; null if that is none of these states. */
  readonly saved: LabDocument | null
}

/** As many each way: a state of 900 blocks takes 10 KB, and a write comes soon after each step. */
const mostSteps = 50

export function writeEdits({ history: { past, present, future }, saved }: Edits): string {
  return stringify({ past: past.slice(-mostSteps), present, future: future.slice(0, mostSteps), saved })
}

/** A document as it stands: a copy would share nothing with its neighbours. One of an older version of the format is refused. */
const document = z.custom<LabDocument>((value) => dequal(labDocument.safeParse(value).data, value))
const work = z.object({
  document,
  own: z.object({ text: z.string().nullable(), table: z.string().nullable() }),
  mutes: z.record(z.string(), z.array(z.number())),
})
const edits = z.object({ past: z.array(work), present: work, future: z.array(work), saved: document.nullable() })

/** Null for what cannot be read, or ends in another document. */
export function readEdits(text: string | null, present: LabDocument): Edits | null {
  try {
    const { saved, ...history } = edits.parse(parse(text ?? ''))
    return dequal(history.present.document, present) ? { history, saved } : null
  } catch {
    return null
  }
}

/** A lab without steps of undo. */
export function withoutSteps(document: LabDocument, data: string | null, isSaved: boolean): Edits {
  return { history: startHistory(startWork(document, data)), saved: isSaved ? document : null }
}

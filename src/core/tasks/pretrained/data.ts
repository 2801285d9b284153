/** The data of a pretrained model's task: one line of JSON with its tokeniser, then the text. Without either, bytes and the built-in text. */
import { z } from 'zod'
import { LabError } from '../../errors'
import { tokeniserSchema, type Tokeniser } from '../../tokenisers'
import { textOfBytes } from '../../tokenisers/byte-text'
import { builtInText } from '../next-token/text'

const FORMAT = 'attention-lab-tokeniser'
const BEGINNING = `{"format":"${FORMAT}",`
const header = z.object({ format: z.literal(FORMAT), tokeniser: tokeniserSchema })

export const MASK = '[MASK]'
const bytes: Tokeniser = {
  kind: 'byte-level',
  vocabulary: [...Array.from({ length: 256 }, (_, byte) => textOfBytes(Uint8Array.of(byte))), MASK],
  pairs: [],
  cuts: [],
  leadingSpace: false,
  wholePieces: false,
  found: [{ id: 256, text: MASK, left: false, right: false }],
  before: [],
  after: [],
}

export interface PretrainedData {
  readonly tokeniser: Tokeniser
  readonly text: string
}

const hasTokeniser = (data: string): boolean => data.startsWith(BEGINNING)

/** An empty text stands for the built-in one. */
export const joinData = (tokeniser: Tokeniser, text: string): string =>
  `${JSON.stringify({ format: FORMAT, tokeniser } satisfies z.input<typeof header>)}\n${text}`

/** The line with the tokeniser, '' without one. */
export const tokeniserLine = (data: string): string => (hasTokeniser(data) ? data.slice(0, data.indexOf('\n') + 1) : '')

/** Throws LabError `task.tokeniser-damaged`. */
export function splitData(data: string | null): PretrainedData {
  if (data === null) return { tokeniser: bytes, text: builtInText }
  if (!hasTokeniser(data)) return { tokeniser: bytes, text: data }
  const end = data.indexOf('\n')
  let json: unknown
  try {
    json = JSON.parse(data.slice(0, end < 0 ? undefined : end))
  } catch {
    throw new LabError('task.tokeniser-damaged')
  }
  const parsed = header.safeParse(json)
  if (!parsed.success) throw new LabError('task.tokeniser-damaged')
  return { tokeniser: parsed.data.tokeniser, text: (end < 0 ? '' : data.slice(end + 1)) || builtInText }
}

/** Numbers with spaces between them, of which some are marked: "0.35 +0.2 0.81 +0.5". A token says whether its number is marked. */
import { z } from 'zod'
import { LabError } from '../errors'
import { vocabularySchema, type TokeniserDefinition } from './define'

/** The vocabulary is how tokens look: the unmarked one, then the marked one. */
export const markedNumbersSchema = z.object({ kind: z.literal('marked-numbers'), vocabulary: vocabularySchema }).readonly()
type MarkedNumbers = z.infer<typeof markedNumbersSchema>

const MARK = '+'
const DECIMAL = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
/** Digits of a float32 that can be relied on. */
const PRECISION = 7

/** Two features for each token: the number, and 1 if it is marked. Throws LabError `generate.not-a-number`. */
export const markedNumbers: TokeniserDefinition<MarkedNumbers> = {
  encode(_tokeniser, text) {
    const items = text.split(/\s+/).filter((item) => item !== '')
    const numbers = items.map((item) => {
      const marked = item.startsWith(MARK)
      const digits = marked ? item.slice(MARK.length) : item
      const number = Number(digits)
      if (!DECIMAL.test(digits) || !Number.isFinite(number)) throw new LabError('generate.not-a-number', { text: item })
      return { number, mark: Number(marked) }
    })
    return {
      ids: numbers.map(({ mark }) => mark),
      unknown: [],
      features: numbers.flatMap(({ number, mark }) => [number, mark]),
    }
  },
  decode: (_tokeniser, ids, features) =>
    Array.from(ids, (id, at) => (id === 1 ? MARK : '') + String(Number((features[2 * at] ?? 0).toPrecision(PRECISION)))).join(
      ' ',
    ),
}

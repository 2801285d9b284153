/** Numbers separated by spaces, some of them marked: "0.35 +0.2 0.81 +0.5". The token says whether its number is marked. */
import { z } from 'zod'
import { LabError } from '../errors'
import { vocabularySchema, type TokeniserDefinition } from './define'

/** The vocabulary has two tokens: unmarked and marked. */
export const markedNumbersSchema = z.object({ kind: z.literal('marked-numbers'), vocabulary: vocabularySchema }).readonly()
type MarkedNumbers = z.infer<typeof markedNumbersSchema>

const MARK = '+'
const DECIMAL = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
/** Significant digits of a float32. */
const PRECISION = 7

/** Two features per token: the number, and 1 if it is marked. Throws LabError `generate.not-a-number`: a number is never left out. */
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
      leftOut: [],
      features: numbers.flatMap(({ number, mark }) => [number, mark]),
    }
  },
  decode: (_tokeniser, ids, features) =>
    Array.from(ids, (id, at) => (id === 1 ? MARK : '') + String(Number((features[2 * at] ?? 0).toPrecision(PRECISION)))).join(
      ' ',
    ),
}

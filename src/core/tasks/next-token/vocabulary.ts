/** Encodes text as character ids in typed arrays, so that texts of hundreds of megabytes can be used. */
import type { Problem } from '../../errors'

/** Beyond this many distinct characters, embedding and classifier would dominate the model's size. */
export const MAXIMUM_VOCABULARY = 8192
/** U+FFFD: replaces the rarest characters beyond the limit, and lone surrogates. */
const REPLACEMENT_POINT = 0xfffd
const CODE_POINTS = 0x110000

export interface EncodedText {
  /** Distinct code points in ascending order. */
  readonly vocabulary: readonly string[]
  /** One id per code point of the text. */
  readonly ids: Uint8Array | Uint16Array
  /** Reports how many characters of the text are not in the vocabulary because of its limit. */
  readonly notices: readonly Problem[]
}

/** The token that replaces all other characters; null if there is none. */
export function replacementIn(vocabulary: readonly string[]): number | null {
  const id = vocabulary.indexOf(String.fromCodePoint(REPLACEMENT_POINT))
  return id < 0 ? null : id
}

/** The code point at a UTF-16 index; a lone surrogate becomes the replacement character. */
function codePoint(text: string, index: number): number {
  const unit = text.charCodeAt(index)
  if ((unit & 0xf800) !== 0xd800) return unit
  const point = text.codePointAt(index)!
  return point > 0xffff ? point : REPLACEMENT_POINT
}

/**
 * The vocabulary is the sorted distinct code points of the text. Beyond {@link MAXIMUM_VOCABULARY}, the most frequent are kept (ties broken
 * by lower code point), and all others become U+FFFD.
 */
export function encodeText(text: string): EncodedText {
  const counts = new Int32Array(CODE_POINTS)
  let length = 0
  for (let at = 0; at < text.length; length++) {
    const point = codePoint(text, at)
    counts[point]!++
    at += point > 0xffff ? 2 : 1
  }

  const notices: Problem[] = []
  let points: number[] = []
  counts.forEach((count, point) => {
    if (count > 0) points.push(point)
  })
  if (points.length > MAXIMUM_VOCABULARY) {
    const byFrequency = points.filter((point) => point !== REPLACEMENT_POINT).sort((a, b) => counts[b]! - counts[a]! || a - b)
    const tokens = byFrequency.slice(MAXIMUM_VOCABULARY - 1).reduce((sum, point) => sum + counts[point]!, 0)
    notices.push({ code: 'vocabulary.cut', params: { distinct: points.length, limit: MAXIMUM_VOCABULARY, tokens } })
    points = [...byFrequency.slice(0, MAXIMUM_VOCABULARY - 1), REPLACEMENT_POINT].sort((a, b) => a - b)
  }

  const idOfPoint = new Uint16Array(CODE_POINTS).fill(Math.max(0, points.indexOf(REPLACEMENT_POINT)))
  points.forEach((point, id) => (idOfPoint[point] = id))
  const ids = points.length <= 256 ? new Uint8Array(length) : new Uint16Array(length)
  for (let at = 0, index = 0; at < text.length; index++) {
    const point = codePoint(text, at)
    ids[index] = idOfPoint[point]!
    at += point > 0xffff ? 2 : 1
  }
  return { vocabulary: points.map((point) => String.fromCodePoint(point)), ids, notices }
}

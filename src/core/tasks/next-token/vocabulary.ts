/** From text to character ids, in typed arrays throughout, so that a text of hundreds of megabytes can be trained on. */
import type { Problem } from '../../errors'

/** More distinct characters than this would make the model's embedding and classifier larger than all the rest of it. */
export const MAXIMUM_VOCABULARY = 8192
/** U+FFFD: stands for the rarest characters of a text that has more than the vocabulary holds, and for broken surrogates. */
const REPLACEMENT_POINT = 0xfffd
const CODE_POINTS = 0x110000

export interface EncodedText {
  /** Distinct code points in ascending order. */
  readonly vocabulary: readonly string[]
  /** One id per code point of the text. */
  readonly ids: Uint8Array | Uint16Array
  /** Tells how many characters of the text have no entry, because there are too many different ones. */
  readonly notices: readonly Problem[]
}

/** The token that stands for all other characters; null where there are no others. */
export function replacementIn(vocabulary: readonly string[]): number | null {
  const id = vocabulary.indexOf(String.fromCodePoint(REPLACEMENT_POINT))
  return id < 0 ? null : id
}

/** The code point at an index of UTF-16 units; half of a surrogate pair is not a character. */
function codePoint(text: string, index: number): number {
  const unit = text.charCodeAt(index)
  if ((unit & 0xf800) !== 0xd800) return unit
  const point = text.codePointAt(index)!
  return point > 0xffff ? point : REPLACEMENT_POINT
}

/**
 * The vocabulary is the text's distinct code points, sorted. Where there are more than {@link MAXIMUM_VOCABULARY}, the most frequent
 * are kept (of equally frequent ones the lower code points) and all others become U+FFFD.
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

/** Decodes the learner's own file to text, or fails with an error message. */
import { LabError } from '../errors'
import { decodeBytes, type Encoding } from '../utf8'

/**
 * Larger files are refused before reading, because text, token ids and the copies of both hosts must fit in the memory of a small laptop.
 */
export const MAXIMUM_TEXT_BYTES = 256 * 2 ** 20

/** Offset of the first byte that is not UTF-8 (Unicode 16, table 3-7), or −1. */
function firstInvalidByte(bytes: Uint8Array): number {
  const length = bytes.length
  let at = 0
  while (at < length) {
    const lead = bytes[at]!
    if (lead < 0x80) {
      at++
      continue
    }
    let following: number
    let lowest = 0x80
    let highest = 0xbf
    if (lead >= 0xc2 && lead <= 0xdf) following = 1
    else if (lead >= 0xe0 && lead <= 0xef) {
      following = 2
      if (lead === 0xe0) lowest = 0xa0 // overlong
      if (lead === 0xed) highest = 0x9f // surrogates
    } else if (lead >= 0xf0 && lead <= 0xf4) {
      following = 3
      if (lead === 0xf0) lowest = 0x90 // overlong
      if (lead === 0xf4) highest = 0x8f // beyond U+10FFFF
    } else return at
    for (let i = 1; i <= following; i++) {
      const byte = bytes[at + i]
      if (byte === undefined || byte < lowest || byte > highest) return at
      lowest = 0x80
      highest = 0xbf
    }
    at += following + 1
  }
  return -1
}

interface DecodedText {
  /** Lines end in LF; a byte order mark is removed. */
  readonly text: string
  readonly encoding: Encoding
}

/** Null for bytes that are invalid in the encoding. */
function tryDecode(bytes: Uint8Array, encoding: Encoding): string | null {
  try {
    return decodeBytes(bytes, encoding)
  } catch {
    return null
  }
}

/** Control, private-use and unassigned characters, which a wrong encoding usually produces. */
const NO_TEXT = /[^\P{C}\p{Cf}\t\n\f\r]/u
/** Number of bytes inspected to detect the encoding. */
const SAMPLE_BYTES = 2 ** 16
/** Minimum share of ASCII characters for UTF-16; Chinese texts reach it by line ends and digits. */
const LEAST_ASCII = 0.01
const isAscii = (byte: number): boolean => (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d

/** UTF-16 without a byte order mark, detected by ASCII characters, which have a zero byte. */
function withoutMark(bytes: Uint8Array): DecodedText | null {
  if (bytes.length % 2 !== 0) return null
  const sample = bytes.subarray(0, SAMPLE_BYTES)
  let [little, big] = [0, 0]
  for (let at = 0; at < sample.length; at += 2) {
    const [first, second] = [sample[at]!, sample[at + 1]!]
    little += Number(second === 0 && isAscii(first))
    big += Number(first === 0 && isAscii(second))
  }
  const found = [{ encoding: 'utf-16le', ascii: little } as const, { encoding: 'utf-16be', ascii: big } as const]
    .filter(({ ascii }) => ascii > 0 && ascii >= LEAST_ASCII * (sample.length / 2))
    .sort((a, b) => b.ascii - a.ascii)
  for (const { encoding } of found) {
    const text = tryDecode(bytes, encoding)
    if (text !== null && !NO_TEXT.test(text)) return { text, encoding }
  }
  return null
}

/**
 * Minimum share of GB2312's punctuation and its 3,755 frequent characters. Chinese texts consist almost entirely of these; other encodings
 * read as GB18030 do not.
 */
const LEAST_FREQUENT = 0.9

function chinese(bytes: Uint8Array): DecodedText | null {
  let [frequent, all] = [0, 0]
  for (let at = 0; at < bytes.length; at++) {
    const [lead, trail] = [bytes[at]!, bytes[at + 1] ?? 0]
    if (lead < 0x80) continue
    all++
    frequent += Number(lead >= 0xa1 && lead <= 0xd7 && trail >= 0xa1)
    at += trail >= 0x30 && trail <= 0x39 ? 3 : 1
  }
  const text = frequent >= LEAST_FREQUENT * all ? tryDecode(bytes, 'gb18030') : null
  return text !== null && !NO_TEXT.test(text) ? { text, encoding: 'gb18030' } : null
}

/** Throws LabError `text.binary` or `text.not-utf8`, with the offset of the byte. */
function decode(bytes: Uint8Array): DecodedText {
  const [first, second] = bytes
  const marked = first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : null
  if (marked) {
    const text = tryDecode(bytes, marked)
    if (text === null || text.includes('\0')) throw new LabError('text.binary', { offset: bytes.indexOf(0) })
    return { text, encoding: marked }
  }
  const zero = bytes.indexOf(0)
  if (zero !== -1) {
    const found = withoutMark(bytes)
    if (!found) throw new LabError('text.binary', { offset: zero })
    return found
  }
  const invalid = firstInvalidByte(bytes)
  if (invalid === -1) return { text: decodeBytes(bytes, 'utf-8'), encoding: 'utf-8' }
  const found = chinese(bytes)
  if (!found) throw new LabError('text.not-utf8', { offset: invalid })
  return found
}

/**
 * Decodes strict UTF-8, else UTF-16 or GB18030 if the bytes clearly match.
 * @throws LabError `text.too-large`, `text.binary` or `text.not-utf8`, the last two with the byte's offset.
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  if (bytes.length > MAXIMUM_TEXT_BYTES) {
    throw new LabError('text.too-large', {
      megabytes: Math.ceil(bytes.length / 2 ** 20),
      limit: MAXIMUM_TEXT_BYTES / 2 ** 20,
    })
  }
  const { text, encoding } = decode(bytes)
  const unmarked = text.startsWith('\ufeff') ? text.slice(1) : text
  return { text: unmarked.includes('\r') ? unmarked.replaceAll(/\r\n?/g, '\n') : unmarked, encoding }
}

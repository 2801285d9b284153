/** The learner's own text: bytes of a file in, text out, or a sentence that says why not. */
import { LabError } from '../errors'
import { decodeUtf8 } from '../utf8'

/** Larger files are refused before they are read: text, token ids and both hosts' copies must fit in the memory of a small laptop. */
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

/**
 * Strict UTF-8; a byte order mark is taken off.
 * @throws LabError `text.too-large`, `text.utf16`, `text.binary` or `text.not-utf8`, the last two with the byte's offset.
 */
export function decodeText(bytes: Uint8Array): string {
  if (bytes.length > MAXIMUM_TEXT_BYTES) {
    throw new LabError('text.too-large', {
      megabytes: Math.ceil(bytes.length / 2 ** 20),
      limit: MAXIMUM_TEXT_BYTES / 2 ** 20,
    })
  }
  const [first, second] = bytes
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) throw new LabError('text.utf16')
  const zero = bytes.indexOf(0)
  if (zero !== -1) throw new LabError('text.binary', { offset: zero })
  const invalid = firstInvalidByte(bytes)
  if (invalid !== -1) throw new LabError('text.not-utf8', { offset: invalid })
  const text = decodeUtf8(bytes)
  return text.startsWith('\ufeff') ? text.slice(1) : text
}

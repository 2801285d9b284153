/** Tokens that are bytes, as readable texts: UTF-8 where they are whole characters, else hexadecimal like ⟨E4B8⟩. Reversible. */
import { decodeUtf8, encodeUtf8 } from '../utf8'

const HEX = /^⟨(?:[0-9A-F]{2})+⟩$/

export function textOfBytes(bytes: Uint8Array): string {
  try {
    const text = decodeUtf8(bytes)
    if (text !== '' && !HEX.test(text)) return text
  } catch {
    // not whole characters
  }
  return `⟨${Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('')}⟩`
}

export function bytesOfText(text: string): Uint8Array {
  if (!HEX.test(text)) return encodeUtf8(text)
  return Uint8Array.from({ length: (text.length - 2) / 2 }, (_, at) => parseInt(text.slice(2 * at + 1, 2 * at + 3), 16))
}

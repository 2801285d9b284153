/**
 * The alphabet in which byte-level tokenisers write bytes (GPT-2's encoder.py): printable bytes of Latin-1 are their own characters, all
 * others follow from U+0100.
 */

const isPrintable = (byte: number): boolean =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff)

const characters: readonly string[] = (() => {
  let others = 0
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(isPrintable(byte) ? byte : 256 + others++))
})()
const byteOf = new Map(characters.map((character, byte) => [character, byte]))

export const writeBytes = (bytes: Uint8Array): string => Array.from(bytes, (byte) => characters[byte]!).join('')

/** Null for a text with other characters. */
export function readBytes(text: string): Uint8Array | null {
  const bytes = Array.from(text, (character) => byteOf.get(character))
  return bytes.every((byte) => byte !== undefined) ? Uint8Array.from(bytes) : null
}

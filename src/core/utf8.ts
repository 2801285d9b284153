/** Text as UTF-8 and back, and from other encodings. */

// Globals of Node and browsers that are missing from the ECMAScript library of core and engine.
declare const TextEncoder: new () => { encode(text: string): Uint8Array<ArrayBuffer> }
declare const TextDecoder: new (
  label: Encoding,
  options: { readonly fatal: boolean; readonly ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string }

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'gb18030'

export const encodeUtf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)

/** Keeps a byte order mark. Throws a TypeError for bytes that are invalid in the encoding. */
export const decodeBytes = (bytes: Uint8Array, encoding: Encoding): string =>
  new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes)
export const decodeUtf8 = (bytes: Uint8Array): string => decodeBytes(bytes, 'utf-8')

/** Replaces what is invalid by U+FFFD, like other readers do. */
export const decodeAnyUtf8 = (bytes: Uint8Array): string =>
  new TextDecoder('utf-8', { fatal: false, ignoreBOM: true }).decode(bytes)

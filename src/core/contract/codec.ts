/**
 * Messages as bytes, for transports without structured clone (WebSocket): MessagePack, with typed arrays as extension types. Both ends need
 * the same codec and may import only core, so `@msgpack/msgpack` here is core's only dependency besides zod.
 */
import { decode, encode, ExtData, type ExtensionCodecType } from '@msgpack/msgpack'
import { requireAffordable } from './message-budget'

const FLOAT32 = 1
const INT32 = 2

/** Elements keep their byte order in memory: all supported machines are little-endian. */
const extensions: ExtensionCodecType<undefined> = {
  tryToEncode(value) {
    if (value instanceof Float32Array) return new ExtData(FLOAT32, bytesOf(value))
    if (value instanceof Int32Array) return new ExtData(INT32, bytesOf(value))
    if (Array.isArray(value) || value instanceof Uint8Array) return null
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null) return null
    // MessagePack itself would encode a Map or a class instance as an empty object.
    throw new TypeError(`only plain data and typed arrays can be sent, not ${Object.prototype.toString.call(value)}`)
  },
  decode(data, type) {
    const aligned = data.slice().buffer // element offsets must be multiples of the element size
    if (type === FLOAT32) return new Float32Array(aligned)
    if (type === INT32) return new Int32Array(aligned)
    throw new TypeError(`unknown extension type ${type}`)
  },
}

/**
 * Encodes plain data, Uint8Array, Float32Array and Int32Array. Undefined properties are omitted and undefined elements become null, as in
 * JSON. Throws TypeError for anything else (Map, Set, class instances), Error for more than 100 levels and RangeError for more values than
 * `decodeMessage` accepts.
 */
export function encodeMessage(message: unknown): Uint8Array<ArrayBuffer> {
  const bytes = encode(message, { extensionCodec: extensions, ignoreUndefined: true })
  requireAffordable(bytes)
  return bytes
}

/** The inverse of `encodeMessage`. Throws on invalid bytes, on messages that are too large, and on the key `__proto__`. */
export function decodeMessage(bytes: Uint8Array): unknown {
  const plain = bytesOf(bytes)
  requireAffordable(plain)
  return decode(plain, { extensionCodec: extensions })
}

/** The same memory as bytes; a plain Uint8Array even for Node's Buffer. */
function bytesOf(array: Float32Array | Int32Array | Uint8Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}

/**
 * Limits on MessagePack messages, checked on the bytes before decoding, because five bytes can announce an array of four billion elements
 * and a single byte decodes to an empty map.
 */

/** The nesting limit of the encoder. */
const mostLevels = 100
/** Maximum number of values, including keys. A typed array, a string or bytes count as one; the largest labs have about 100,000. */
export const mostValues = 500_000

/** Throws RangeError for a message that is too deep, has too many values, or announces more elements than it has bytes. */
export function requireAffordable(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  /** Remaining values per level. */
  const open = [1]
  let position = 0
  let values = 0
  const number = (size: number): number => {
    if (position + size > bytes.length) throw new RangeError('the message ends too early')
    const read = size === 1 ? view.getUint8(position) : size === 2 ? view.getUint16(position) : view.getUint32(position)
    position += size
    return read
  }
  while (open.length > 0) {
    if (open.at(-1) === 0) {
      open.pop()
      continue
    }
    open[open.length - 1]!--
    if (++values > mostValues) throw new RangeError(`a message has ${mostValues} values at most`)
    const { elements, skipped } = headOf(number(1), number)
    position += skipped
    if (elements === 0) continue
    // Each element takes at least one byte.
    if (elements > bytes.length - position) throw new RangeError('the message announces more than it has')
    if (open.length >= mostLevels) throw new RangeError(`a message has ${mostLevels} levels at most`)
    open.push(elements)
  }
  if (position > bytes.length) throw new RangeError('the message ends too early')
}

interface Head {
  /** Number of nested values. */
  readonly elements: number
  /** Number of payload bytes after the head. */
  readonly skipped: number
}

/** `number` reads an unsigned integer of the given size. See https://github.com/msgpack/msgpack/blob/master/spec.md#formats */
function headOf(type: number, number: (size: number) => number): Head {
  const container = (elements: number): Head => ({ elements, skipped: 0 })
  const scalar = (skipped: number): Head => ({ elements: 0, skipped })
  if (type < 0x80 || type >= 0xe0) return scalar(0) // small integers
  if (type < 0x90) return container(2 * (type & 0x0f))
  if (type < 0xa0) return container(type & 0x0f)
  if (type < 0xc0) return scalar(type & 0x1f) // short strings
  if (type < 0xc4) return scalar(0) // nil, false, true
  if (type < 0xc7) return scalar(number(2 ** (type - 0xc4))) // bytes
  if (type < 0xca) return scalar(number(2 ** (type - 0xc7)) + 1) // extensions
  if (type < 0xcc) return scalar(type === 0xca ? 4 : 8) // floats
  if (type < 0xd4) return scalar(2 ** (type & 3)) // integers
  if (type < 0xd9) return scalar(2 ** (type - 0xd4) + 1) // extensions of a fixed size
  if (type < 0xdc) return scalar(number(2 ** (type - 0xd9))) // strings
  if (type < 0xde) return container(number(type === 0xdc ? 2 : 4))
  return container(2 * number(type === 0xde ? 2 : 4))
}

/**
 * What a message in MessagePack may hold, counted in its bytes before anything is made of them: five bytes can announce an array of four
 * billion elements, and one byte is an empty map.
 */

/** As many levels as the encoder writes. */
const mostLevels = 100
/** Values of a message, keys included. A typed array, a text and bytes are one value each; the largest labs have about 100,000. */
export const mostValues = 500_000

/** Throws RangeError for a message that is too deep, has too many values, or announces more than there are bytes. */
export function requireAffordable(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  /** Values that are still to come, by level. */
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
    // Each takes a byte at least.
    if (elements > bytes.length - position) throw new RangeError('the message announces more than it has')
    if (open.length >= mostLevels) throw new RangeError(`a message has ${mostLevels} levels at most`)
    open.push(elements)
  }
  if (position > bytes.length) throw new RangeError('the message ends too early')
}

interface Head {
  /** Values within this one. */
  readonly elements: number
  /** Bytes that belong to it and are no values. */
  readonly skipped: number
}

/** `number` reads the next so many bytes. See https://github.com/msgpack/msgpack/blob/master/spec.md#formats */
function headOf(type: number, number: (size: number) => number): Head {
  const container = (elements: number): Head => ({ elements, skipped: 0 })
  const scalar = (skipped: number): Head => ({ elements: 0, skipped })
  if (type < 0x80 || type >= 0xe0) return scalar(0) // small integers
  if (type < 0x90) return container(2 * (type & 0x0f))
  if (type < 0xa0) return container(type & 0x0f)
  if (type < 0xc0) return scalar(type & 0x1f) // short texts
  if (type < 0xc4) return scalar(0) // nil, false, true
  if (type < 0xc7) return scalar(number(2 ** (type - 0xc4))) // bytes
  if (type < 0xca) return scalar(number(2 ** (type - 0xc7)) + 1) // extensions
  if (type < 0xcc) return scalar(type === 0xca ? 4 : 8) // floats
  if (type < 0xd4) return scalar(2 ** (type & 3)) // integers
  if (type < 0xd9) return scalar(2 ** (type - 0xd4) + 1) // extensions of a fixed size
  if (type < 0xdc) return scalar(number(2 ** (type - 0xd9))) // texts
  if (type < 0xde) return container(number(type === 0xdc ? 2 : 4))
  return container(2 * number(type === 0xde ? 2 : 4))
}

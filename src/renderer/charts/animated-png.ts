/** Animated PNG (PNG specification, third edition): several PNG pictures of one size as the frames of one, which every browser plays. */

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)

interface Chunk {
  readonly type: string
  readonly data: Uint8Array
}

/**
 * `frames` are whole PNG files of the same size and colour type, as one canvas encodes them; each is shown for `milliseconds`, again and again.
 * Throws a RangeError without frames, for a frame that is no PNG, and for one of another kind than the first.
 */
export function animatedPng(frames: readonly Uint8Array[], milliseconds: number): Uint8Array<ArrayBuffer> {
  const read = frames.map(chunksOf)
  const headers = read.map((chunks) => chunks.find(({ type }) => type === 'IHDR')?.data)
  const header = headers[0]
  if (!header) throw new RangeError('an animated PNG needs at least one frame')
  if (headers.some((each) => each?.join() !== header.join())) throw new RangeError('all frames need the same size and colours')
  let sequence = 0
  const animation = read.flatMap((chunks, index): Chunk[] => {
    const data = chunks.filter(({ type }) => type === 'IDAT')
    const control = frameControl(sequence++, header, milliseconds)
    if (index === 0) return [control, ...data]
    return [control, ...data.map((chunk) => ({ type: 'fdAT', data: joined([uint32(sequence++), chunk.data]) }))]
  })
  const loops = 0 // for ever
  return joined([
    signature,
    ...[
      { type: 'IHDR', data: header },
      { type: 'acTL', data: joined([uint32(frames.length), uint32(loops)]) },
      ...animation,
      { type: 'IEND', data: new Uint8Array(0) },
    ].map(written),
  ])
}

/** The frame covers the picture, replaces what was there, and is shown for so long. */
function frameControl(sequence: number, header: Uint8Array, milliseconds: number): Chunk {
  const [width, height] = [header.subarray(0, 4), header.subarray(4, 8)]
  const delay = Uint8Array.of(milliseconds >> 8, milliseconds & 255, 1000 >> 8, 1000 & 255)
  return { type: 'fcTL', data: joined([uint32(sequence), width, height, uint32(0), uint32(0), delay, Uint8Array.of(0, 0)]) }
}

function chunksOf(png: Uint8Array): Chunk[] {
  if (signature.some((byte, index) => png[index] !== byte)) throw new RangeError('a frame is no PNG')
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength)
  const chunks: Chunk[] = []
  for (let at = signature.length; at + 12 <= png.length;) {
    const length = view.getUint32(at)
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8))
    chunks.push({ type, data: png.subarray(at + 8, at + 8 + length) })
    at += 12 + length
  }
  return chunks
}

/** Length, type, data, and the CRC-32 of type and data. */
function written({ type, data }: Chunk): Uint8Array {
  const body = joined([Uint8Array.from(type, (letter) => letter.charCodeAt(0)), data])
  return joined([uint32(data.length), body, uint32(crc32(body))])
}

const uint32 = (value: number): Uint8Array => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}

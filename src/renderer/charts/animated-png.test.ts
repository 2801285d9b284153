import { crc32, deflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { animatedPng } from './animated-png'

const chunk = (type: string, data: Uint8Array): Buffer => {
  const body = Buffer.concat([Buffer.from(type), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}
/** A picture of one grey. */
function png(width: number, height: number, grey: number): Uint8Array {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width)
  header.writeUInt32BE(height, 4)
  header.set([8, 0, 0, 0, 0], 8)
  const rows = Buffer.concat(Array.from({ length: height }, () => Buffer.from([0, ...Array<number>(width).fill(grey)])))
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const data = deflateSync(rows)
  const half = Math.ceil(data.length / 2)
  const parts = [data.subarray(0, half), data.subarray(half)].map((each) => chunk('IDAT', each))
  return Buffer.concat([signature, chunk('IHDR', header), ...parts, chunk('IEND', Buffer.alloc(0))])
}
/** Type, data and whether the checksum is right, of each chunk. */
function chunksOf(bytes: Uint8Array) {
  const buffer = Buffer.from(bytes)
  const found: { type: string; data: Buffer }[] = []
  for (let at = 8; at < buffer.length;) {
    const length = buffer.readUInt32BE(at)
    const body = buffer.subarray(at + 4, at + 8 + length)
    expect(buffer.readUInt32BE(at + 8 + length)).toBe(crc32(body))
    found.push({ type: body.subarray(0, 4).toString(), data: body.subarray(4) })
    at += 12 + length
  }
  return found
}

test('frames follow each other in one picture, with checksums and sequence numbers', () => {
  const chunks = chunksOf(animatedPng([png(3, 2, 10), png(3, 2, 200), png(3, 2, 0)], 250))
  expect(chunks.map(({ type }) => type)).toEqual([
    ...['IHDR', 'acTL', 'fcTL', 'IDAT', 'IDAT', 'fcTL', 'fdAT', 'fdAT', 'fcTL', 'fdAT', 'fdAT', 'IEND'],
  ])
  expect(chunks[1]!.data.readUInt32BE(0)).toBe(3)
  const numbered = chunks.filter(({ type }) => type === 'fcTL' || type === 'fdAT')
  expect(numbered.map(({ data }) => data.readUInt32BE(0))).toEqual([0, 1, 2, 3, 4, 5, 6])
  const [control] = numbered
  expect([4, 8].map((at) => control!.data.readUInt32BE(at))).toEqual([3, 2])
  expect([20, 22].map((at) => control!.data.readUInt16BE(at))).toEqual([250, 1000])
})

test.each<[string, () => Uint8Array[]]>([
  ['without frames', () => []],
  ['with frames of two sizes', () => [png(3, 2, 1), png(2, 3, 1)]],
  ['of other files', () => [Buffer.from('GIF89a')]],
])('%s, there is none', (_, frames) => {
  expect(() => animatedPng(frames(), 250)).toThrow(RangeError)
})

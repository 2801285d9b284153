/** safetensors: values survive writing and reading, and damaged files are rejected. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LabError } from '@core/errors'
import { readSafeTensors, writeSafeTensors, type SafeTensor } from './safetensors'

/** Builds a file with any header. */
function file(header: unknown, data: Uint8Array = new Uint8Array(), length?: bigint): Uint8Array {
  const json = typeof header === 'string' ? header : JSON.stringify(header)
  const text = new TextEncoder().encode(json)
  const bytes = new Uint8Array(8 + text.length + data.length)
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(text.length), true)
  bytes.set(text, 8)
  bytes.set(data, 8 + text.length)
  return bytes
}
const f32 = (begin: number, end: number, shape = [(end - begin) / 4]) => ({ dtype: 'F32', shape, data_offsets: [begin, end] })

const tensor: fc.Arbitrary<SafeTensor> = fc
  .tuple(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }), fc.boolean(), fc.infiniteStream(fc.integer()))
  .map(([shape, float, stream]) => {
    const length = shape.reduce((product, size) => product * size, 1)
    const bits = Int32Array.from({ length }, () => stream.next().value as number)
    return { shape, data: float ? new Float32Array(bits.buffer) : bits }
  })

/** Compares by bits, to tell NaNs apart. */
const bitsOf = ({ shape, data }: SafeTensor) => ({
  shape: [...shape],
  float: data instanceof Float32Array,
  bits: [...new Int32Array(data.buffer, data.byteOffset, data.length)],
})

describe('writing and reading', () => {
  test('gives back the same bits, shapes and metadata', () => {
    const names = fc.string().filter((name) => name !== '__metadata__' && name !== '__proto__')
    fc.assert(
      fc.property(fc.array(fc.tuple(names, tensor)), fc.dictionary(names, fc.string()), (entries, metadata) => {
        const tensors = new Map(entries)
        const read = readSafeTensors(writeSafeTensors({ tensors, metadata }))
        expect([...read.tensors.keys()].toSorted()).toEqual([...tensors.keys()].toSorted())
        for (const [name, written] of tensors) expect(bitsOf(read.tensors.get(name)!)).toEqual(bitsOf(written))
        expect({ ...read.metadata }).toEqual({ ...metadata })
      }),
    )
  })

  test('gives the same bytes whatever the order of the tensors', () => {
    const [a, b] = [Float32Array.of(1), Float32Array.of(2, 3)]
    const one = new Map([
      ['a', { shape: [1], data: a }],
      ['b', { shape: [2], data: b }],
    ])
    const other = new Map([...one].toReversed())
    const bytes = writeSafeTensors({ tensors: one, metadata: {} })
    expect(bytes).toEqual(writeSafeTensors({ tensors: other, metadata: {} }))
    // Also in memory that something larger has left.
    for (const [room, isUsed] of [
      [bytes.length + 100, true],
      [bytes.length, true],
      [bytes.length - 1, false],
    ] as const) {
      // prettier-ignore
      const { buffer } = new Uint8Array(room).fill(7)
      const again = writeSafeTensors({ tensors: one, metadata: {} }, { room: buffer })
      expect(again).toEqual(bytes)
      expect(again.buffer === buffer).toBe(isUsed)
    }
  })

  test('lays the bytes out as the specification says', () => {
    const bytes = writeSafeTensors({ tensors: new Map([['w', { shape: [2], data: Float32Array.of(1, -2) }]]), metadata: {} })
    const text = '{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
    const length = Math.ceil(text.length / 8) * 8
    expect([...bytes.subarray(0, 8)]).toEqual([length, 0, 0, 0, 0, 0, 0, 0])
    expect(new TextDecoder().decode(bytes.subarray(8, 8 + length))).toBe(text.padEnd(length))
    expect([...bytes.subarray(8 + length)]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0])
  })

  test('reads from the middle of a larger buffer, at an odd offset', () => {
    const bytes = writeSafeTensors({ tensors: new Map([['w', { shape: [1], data: Float32Array.of(7) }]]), metadata: {} })
    const larger = new Uint8Array(bytes.length + 3)
    larger.set(bytes, 3)
    expect(readSafeTensors(larger.subarray(3)).tensors.get('w')!.data).toEqual(Float32Array.of(7))
  })

  test('refuses to write data that does not fill the shape', () => {
    const tensors = new Map([['w', { shape: [3], data: Float32Array.of(1) }]])
    expect(() => writeSafeTensors({ tensors, metadata: {} })).toThrow(/do not fill/)
  })
})

describe('a damaged file', () => {
  const data = new Uint8Array(8)
  test.each([
    ['nothing', new Uint8Array(), /too short/],
    ['seven bytes', new Uint8Array(7), /too short/],
    ['a header longer than allowed', file({}, data, 100_000_001n), /header is too long/],
    ['a header of 2⁶⁴ − 1 bytes', file({}, data, 2n ** 64n - 1n), /header is too long/],
    ['a header longer than the file', file({}, new Uint8Array(), 3n), /cut off/],
    ['a header that is not JSON', file('{"w":'), /not JSON/],
    ['a header that is not UTF-8', file({}).fill(0xff, 8), /not JSON/],
    ['a list for a header', file([]), /not a list of tensors/],
    ['null for a header', file('null'), /not a list of tensors/],
    ['a type of another size', file({ w: { ...f32(0, 8), shape: [4], dtype: 'BF16' } }, data), /type BF16/],
    ['a type named like a method', file({ w: { ...f32(0, 8), dtype: 'toString' } }, data), /type toString/],
    ['a field too many', file({ w: { ...f32(0, 8), extra: 1 } }, data), /malformed/],
    ['a missing field', file({ w: { dtype: 'F32', shape: [2] } }, data), /malformed/],
    ['a negative size', file({ w: f32(0, 8, [-2]) }, data), /malformed/],
    ['half a number', file({ w: f32(0, 8, [1.5]) }, data), /malformed/],
    ['a size that overflows', file({ w: f32(0, 8, [2 ** 52, 2 ** 52]) }, data), /another length/],
    ['a length that is not the shape’s', file({ w: f32(0, 8, [3]) }, data), /another length/],
    ['data beyond the end', file({ w: f32(0, 12) }, data), /outside/],
    ['an end before the beginning', file({ w: f32(8, 0, [0]) }, data), /outside/],
    ['an overlap', file({ a: f32(0, 8), b: f32(4, 8) }, data), /overlaps/],
    ['a gap', file({ a: f32(4, 8) }, data), /gap before “a”/],
    ['bytes left over', file({ a: f32(0, 4) }, data), /belong to no tensor/],
    ['metadata that are not texts', file({ __metadata__: { step: 3 } }), /metadata/],
  ])('with %s is rejected with a reason', (_, bytes, reason) => {
    expect(() => readSafeTensors(bytes)).toThrow(reason)
  })

  test('is rejected or read, but never crashes the reader', () => {
    const whole = writeSafeTensors({
      tensors: new Map([
        ['a', { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }],
        ['b', { shape: [], data: Int32Array.of(1) }],
      ]),
      metadata: { step: '1' },
    })
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), (at, byte, end) => {
        const bytes = whole.slice(0, end)
        bytes[at] = byte
        try {
          readSafeTensors(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(LabError)
        }
      }),
      { numRuns: 2000 },
    )
  })
})

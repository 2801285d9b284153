import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeMessage, encodeMessage } from './codec'
import { mostValues } from './message-budget'

const roundTrip = (message: unknown) => decodeMessage(encodeMessage(message))

const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.double().map((x) => x + 0), // the sign of an integer zero is lost, as in JSON
    fc.integer(),
    fc.string({ unit: 'grapheme' }),
    fc.float32Array(),
    fc.int32Array(),
    fc.uint8Array(),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(
      fc.string().filter((key) => key !== '__proto__'),
      tie('value'),
      { maxKeys: 5, noNullPrototype: true },
    ),
  ),
})).value

describe('the byte codec', () => {
  it('restores any plain message', () => {
    fc.assert(
      fc.property(plain, (message) => {
        expect(roundTrip(message)).toEqual(message)
      }),
    )
  })

  it('preserves every bit of floats, including NaN and infinities', () => {
    const floats = new Float32Array([Number.NaN, Infinity, -Infinity, -0, 1e-45, 0.1])
    expect(roundTrip({ floats })).toEqual({ floats })
  })

  it('decodes arrays of the same type into aligned memory of their own, wherever they started', () => {
    const memory = new Float32Array([9, 1, 2, 3, 9])
    const sent = encodeMessage(['x', memory.subarray(1, 4), new Int32Array([-1]), new Uint8Array([7])])
    const shifted = new Uint8Array(sent.length + 1)
    shifted.set(sent, 1)
    const [, floats, ints, bytes] = decodeMessage(Buffer.from(shifted.buffer, 1)) as [string, unknown, unknown, unknown]
    expect(floats).toEqual(new Float32Array([1, 2, 3]))
    expect((floats as Float32Array).buffer.byteLength).toBe(12)
    expect(ints).toEqual(new Int32Array([-1]))
    expect(bytes).toEqual(new Uint8Array([7]))
    expect(Buffer.isBuffer(bytes)).toBe(false)
  })

  it('treats undefined as JSON does', () => {
    expect(roundTrip({ a: undefined, b: [undefined] })).toEqual({ b: [null] })
  })

  it.each([
    ['a Map', new Map([[1, 2]])],
    ['a Set', new Set([1])],
    ['an Error', new Error('x')],
    ['a function', () => 1],
    ['a Float64Array', new Float64Array(1)],
    ['a bigint', 1n],
  ])('refuses %s', (_name, value) => {
    expect(() => encodeMessage({ value })).toThrow(TypeError)
  })

  it('refuses cyclic nesting', () => {
    const loop: unknown[] = []
    loop.push(loop)
    expect(() => encodeMessage(loop)).toThrow(/deep/)
  })

  it('throws on invalid bytes instead of hanging', () => {
    expect(() => decodeMessage(new Uint8Array([]))).toThrow()
    expect(() => decodeMessage(new Uint8Array([0xdd, 0xff, 0xff, 0xff, 0xff]))).toThrow() // an array of 4 billion elements, without any
    expect(() => decodeMessage(new Uint8Array([0xc7, 3, 1, 0, 0, 0]))).toThrow() // three bytes of Float32Array
    expect(() => decodeMessage(new Uint8Array([0xc7, 1, 9, 0]))).toThrow(/extension/)
    expect(() => decodeMessage(Uint8Array.from([0x81, 0xa9, ...Buffer.from('__proto__'), 0x01]))).toThrow(/__proto__/)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          decodeMessage(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
        }
      }),
    )
  })

  /** The head of an array (0xdd) or a map (0xdf) with `count` elements. */
  const announcing = (type: number, count: number): number[] => [
    type,
    ...[24, 16, 8, 0].map((shift) => (count >>> shift) & 0xff),
  ]
  const elapsed = (work: () => void): number => {
    const began = performance.now()
    work()
    return performance.now() - began
  }

  it.each([0xdd, 0xdf])('immediately refuses an announced length that exceeds the message: %i', (type) => {
    const bytes = Uint8Array.from(announcing(type, 30_000_000))
    const took = elapsed(() => {
      for (let i = 0; i < 100; i++) expect(() => decodeMessage(bytes)).toThrow(/announces more/)
    })
    expect(took).toBeLessThan(500)
    // Also when nested, with a few elements present.
    expect(() => decodeMessage(Uint8Array.from([0x92, 1, ...announcing(type, 100), 1, 2, 3]))).toThrow(/announces more/)
  })

  it.each([
    ['empty maps', 0x80],
    ['empty arrays', 0x90],
    ['numbers', 0x01],
  ])('refuses 20 MB of %s', (_name, value) => {
    const bytes = new Uint8Array(20_000_005).fill(value)
    bytes.set(announcing(0xdd, 20_000_000))
    expect(elapsed(() => expect(() => decodeMessage(bytes)).toThrow(/values at most/))).toBeLessThan(1000)
  })

  it('reads the largest allowed message quickly', () => {
    const bytes = new Uint8Array(mostValues + 4).fill(0x80)
    bytes.set(announcing(0xdd, mostValues - 1))
    expect(elapsed(() => decodeMessage(bytes))).toBeLessThan(2000)
  })

  it('refuses more than 100 levels, whichever way they end', () => {
    const levels = (count: number) => new Uint8Array(count).fill(0x91)
    for (const count of [101, 1000, 20_000_000]) expect(() => decodeMessage(levels(count))).toThrow(/levels at most|announces/)
    let nested: unknown = 1
    for (let level = 0; level < 99; level++) nested = [nested]
    expect(roundTrip(nested)).toEqual(nested)
  })

  it('counts a string, bytes or a typed array as one value, however large', () => {
    const message = { text: 'x'.repeat(3_000_000), bytes: new Uint8Array(3_000_000), floats: new Float32Array(1_000_000) }
    const { text, bytes, floats } = roundTrip(message) as typeof message
    expect([text.length, bytes.length, floats.length]).toEqual([3_000_000, 3_000_000, 1_000_000])
  })

  it('refuses to encode what the other side would refuse to decode', () => {
    const most = new Array<number>(mostValues - 1).fill(1)
    expect(roundTrip(most)).toHaveLength(most.length)
    expect(() => encodeMessage([...most, 1])).toThrow(/values at most/)
  })
})

/** Against the definition of the formats: every number of 16 bits, and the points between neighbours. */
import { describe, expect, it } from 'vitest'
import { countOverflow, fromBfloat16, fromFloat16, overflowFrom, toBfloat16, toFloat16 } from './float16'

/** IEEE 754 binary16, decoded by its definition. */
function half(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023]
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return sign * (exponent === 0 ? 2 ** -24 * fraction : 2 ** (exponent - 25) * (1024 + fraction))
}
const brain = (bits: number): number => new Float32Array(Uint32Array.of(bits << 16).buffer)[0]!
const one = (convert: (data: Float32Array) => Uint16Array, value: number): number => convert(Float32Array.of(value))[0]!

describe.each([
  { name: 'binary16', convert: toFloat16, revert: fromFloat16, decode: half, infinity: 0x7c00 },
  { name: 'bfloat16', convert: toBfloat16, revert: fromBfloat16, decode: brain, infinity: 0x7f80 },
])('$name', ({ convert, revert, decode, infinity }) => {
  const finite = Array.from({ length: infinity }, (_, bits) => bits)

  it('keeps every number that it can represent, with both signs', () => {
    const positive = Float32Array.from(finite, decode)
    expect(convert(positive)).toEqual(Uint16Array.from(finite))
    expect(convert(positive.map((value) => -value))).toEqual(Uint16Array.from(finite, (bits) => bits | 0x8000))
    expect(one(convert, Infinity)).toBe(infinity)
    expect(decode(one(convert, NaN))).toBeNaN()
  })
  it('reads every number of 16 bits', () => {
    const all = Array.from({ length: 2 ** 16 }, (_, bits) => bits)
    expect(revert(Uint16Array.from(all))).toEqual(Float32Array.from(all, decode))
  })
  it('rounds halfway to the even neighbour, and anything else to the nearer one', () => {
    const low = finite.slice(0, -1)
    const middle = Float32Array.from(low, (bits) => (decode(bits) + decode(bits + 1)) / 2)
    expect(convert(middle)).toEqual(Uint16Array.from(low, (bits) => bits + (bits % 2)))
    const word = new Uint32Array(middle.buffer) // the float32 next to the middle
    expect(convert(new Float32Array(word.map((bits) => bits + 1).buffer))).toEqual(Uint16Array.from(low, (bits) => bits + 1))
    expect(convert(new Float32Array(word.map((bits) => bits - 1).buffer)).slice(1)).toEqual(Uint16Array.from(low.slice(1)))
  })
})

it('overflows from the middle between the largest number and the next power of two', () => {
  expect(one(toFloat16, 65519.996)).toBe(0x7bff)
  expect(one(toFloat16, overflowFrom.F16)).toBe(0x7c00)
  expect(one(toFloat16, -1e6)).toBe(0xfc00)
  expect(one(toBfloat16, overflowFrom.BF16)).toBe(0x7f80)
  const below = new Float32Array(Uint32Array.of(0x7f7f7fff).buffer)
  expect(toBfloat16(below)[0]).toBe(0x7f7f)
  expect(countOverflow(Float32Array.of(65519, 65520, -7e4, Infinity, NaN), overflowFrom.F16)).toBe(2)
})

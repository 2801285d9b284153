/** float32 as the 16-bit formats of IEEE 754 (binary16) and of Google (bfloat16), rounded to the nearest, ties to even, and back. */

const word = new Uint32Array(1)
const number = new Float32Array(word.buffer)

/** binary16: 1 sign, 5 exponent, 10 fraction bits. From 65520 on, numbers become infinite. */
export function toFloat16(data: Float32Array): Uint16Array {
  return Uint16Array.from(data, (value) => {
    number[0] = value
    const bits = word[0]!
    const sign = (bits >>> 16) & 0x8000
    const magnitude = bits & 0x7fffffff
    if (magnitude > 0x7f800000) return sign | 0x7e00 // NaN
    if (magnitude >= 0x477ff000) return sign | 0x7c00 // 65520 and above
    if (magnitude >= 0x38800000) return sign | ((rounded(magnitude, 13) - (112 << 10)) & 0x7fff)
    // Below 2⁻¹⁴ all numbers are multiples of 2⁻²⁴: of the significand, so many more bits are lost.
    const lost = 126 - (magnitude >>> 23)
    return sign | (lost > 24 ? 0 : rounded((magnitude & 0x7fffff) | 0x800000, lost))
  })
}

/** bfloat16: the upper half of float32. Only numbers above 3.39e38 become infinite. */
export function toBfloat16(data: Float32Array): Uint16Array {
  return Uint16Array.from(data, (value) => {
    number[0] = value
    const bits = word[0]!
    return (bits & 0x7fffffff) > 0x7f800000 ? (bits >>> 16) | 0x40 : rounded(bits, 16)
  })
}

/** Every binary16 number is a float32. */
export function fromFloat16(data: Uint16Array): Float32Array {
  return Float32Array.from(data, (bits) => {
    const sign = bits & 0x8000 ? -1 : 1
    const exponent = (bits >>> 10) & 0x1f
    const fraction = bits & 0x3ff
    if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN
    return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15))
  })
}

/** Every bfloat16 number is a float32. */
export function fromBfloat16(data: Uint16Array): Float32Array {
  const words = new Uint32Array(data.length)
  for (let at = 0; at < data.length; at++) words[at] = data[at]! << 16
  return new Float32Array(words.buffer)
}

/** bits / 2ⁿ, rounded to the nearest, ties to even. */
function rounded(bits: number, n: number): number {
  const kept = Math.floor(bits / 2 ** n)
  const rest = bits - kept * 2 ** n
  const half = 2 ** (n - 1)
  return rest > half || (rest === half && kept % 2 === 1) ? kept + 1 : kept
}

/** The number of finite values that become infinite. */
export function countOverflow(data: Float32Array, limit: number): number {
  let count = 0
  for (const value of data) if (Number.isFinite(value) && Math.abs(value) >= limit) count++
  return count
}

/** The smallest numbers that are rounded to infinity: halfway between the largest finite one and the next power of two. */
export const overflowFrom = { F32: Infinity, F16: 65520, BF16: 2 ** 128 - 2 ** 119 } as const

/** Synchronous SHA-256 (FIPS 180-4): `crypto.subtle` is asynchronous, and unavailable without HTTPS. */

const blockBytes = 64

/** The first 32 bits of the fractional parts of the `root`th roots of the first primes (§4.2.2, §5.3.3). */
function fractions(count: number, root: 2 | 3): Uint32Array {
  const primes: number[] = []
  for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n)
  return Uint32Array.from(primes, (prime) => fraction(BigInt(prime), root))
}

/** Low 32 bits of ⌊2³² · prime^(1/root)⌋, in integer arithmetic because `**` is not exact across engines. */
function fraction(prime: bigint, root: 2 | 3): number {
  const power = prime << (root === 2 ? 64n : 96n)
  let found = 0n
  for (let bit = 1n << 40n; bit > 0n; bit >>= 1n) {
    const tried = found | bit
    if (tried ** BigInt(root) <= power) found = tried
  }
  return Number(found & 0xffffffffn)
}

const constants = fractions(64, 3)
const initial = fractions(8, 2)

const rotate = (x: number, by: number): number => (x >>> by) | (x << (32 - by))

/** Hash of the concatenated parts in hexadecimal. */
export function sha256(parts: readonly Uint8Array[]): string {
  const bytes = pad(parts)
  const view = new DataView(bytes.buffer)
  const hash = initial.slice()
  const words = new Uint32Array(64)
  for (let at = 0; at < bytes.length; at += blockBytes) {
    for (let t = 0; t < 16; t++) words[t] = view.getUint32(at + 4 * t)
    extend(words)
    compress(hash, words)
  }
  return Array.from(hash, (word) => word.toString(16).padStart(8, '0')).join('')
}

/** The message, a 1 bit, zeros, and the length in bits in the last 8 bytes (§5.1.1). */
function pad(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const bytes = new Uint8Array(Math.ceil((length + 9) / blockBytes) * blockBytes)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  bytes[length] = 0x80
  new DataView(bytes.buffer).setBigUint64(bytes.length - 8, BigInt(length) * 8n)
  return bytes
}

/** The message schedule (§6.2.2, step 1). */
function extend(words: Uint32Array): void {
  for (let t = 16; t < 64; t++) {
    const [early, late] = [words[t - 15]!, words[t - 2]!]
    const a = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3)
    const b = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10)
    words[t] = words[t - 16]! + a + words[t - 7]! + b
  }
}

/** §6.2.2, steps 2 to 4. */
function compress(hash: Uint32Array, words: Uint32Array): void {
  let [a, b, c, d, e, f, g, h] = hash as unknown as [number, number, number, number, number, number, number, number]
  for (let t = 0; t < 64; t++) {
    const choice = (e & f) ^ (~e & g)
    const majority = (a & b) ^ (a & c) ^ (b & c)
    const first = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + choice + constants[t]! + words[t]!
    const second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority
    ;[a, b, c, d, e, f, g, h] = [(first + second) | 0, a, b, c, (d + first) | 0, e, f, g]
  }
  ;[a, b, c, d, e, f, g, h].forEach((value, index) => (hash[index]! += value))
}

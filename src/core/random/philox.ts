/**
 * Philox4x32-10: a counter-based generator. A block of four random words is a pure function of a counter and a key, so any part
 * of any stream can be drawn without the parts before it, and resuming needs no saved state.
 * Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 */
const MULTIPLIER_0 = 0xd2511f53 | 0
const MULTIPLIER_1 = 0xcd9e8d57 | 0
const WEYL_0 = 0x9e3779b9 | 0
const WEYL_1 = 0xbb67ae85 | 0
const ROUNDS = 10

// JavaScript has no 64-bit product: the upper half is computed from products of 16-bit halves.
const LOW_0 = MULTIPLIER_0 & 0xffff
const HIGH_0 = MULTIPLIER_0 >>> 16
const LOW_1 = MULTIPLIER_1 & 0xffff
const HIGH_1 = MULTIPLIER_1 >>> 16

/** The address of a block: the counter's four words (the first counts blocks) and the key's two. */
export type Counter = readonly [number, number, number, number]
export type Key = readonly [number, number]

/** Fills `words` with consecutive blocks, the first at `counter`; the last block is truncated if it does not fit. At most 2³² blocks. */
export function philox(words: Uint32Array, counter: Counter, key: Key): void {
  const count = words.length
  const [first, c1, c2, c3] = counter
  const [k0, k1] = key
  for (let at = 0, block = first; at < count; at += 4, block++) {
    let x0 = block | 0
    let x1 = c1 | 0
    let x2 = c2 | 0
    let x3 = c3 | 0
    let key0 = k0 | 0
    let key1 = k1 | 0
    for (let round = 0; round < ROUNDS; round++) {
      const a = x0 & 0xffff
      const b = x0 >>> 16
      const middle0 = (Math.imul(b, LOW_0) + (Math.imul(a, LOW_0) >>> 16)) | 0
      const carry0 = (Math.imul(a, HIGH_0) + (middle0 & 0xffff)) | 0
      const upper0 = (Math.imul(b, HIGH_0) + (middle0 >>> 16) + (carry0 >>> 16)) | 0
      const c = x2 & 0xffff
      const d = x2 >>> 16
      const middle1 = (Math.imul(d, LOW_1) + (Math.imul(c, LOW_1) >>> 16)) | 0
      const carry1 = (Math.imul(c, HIGH_1) + (middle1 & 0xffff)) | 0
      const upper1 = (Math.imul(d, HIGH_1) + (middle1 >>> 16) + (carry1 >>> 16)) | 0
      const lower0 = Math.imul(x0, MULTIPLIER_0)
      const lower1 = Math.imul(x2, MULTIPLIER_1)
      x0 = upper1 ^ x1 ^ key0
      x1 = lower1
      x2 = upper0 ^ x3 ^ key1
      x3 = lower0
      key0 = (key0 + WEYL_0) | 0
      key1 = (key1 + WEYL_1) | 0
    }
    words[at] = x0
    if (at + 1 < count) words[at + 1] = x1
    if (at + 2 < count) words[at + 2] = x2
    if (at + 3 < count) words[at + 3] = x3
  }
}

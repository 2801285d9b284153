/**
 * Random numbers by address. `stream(seed, 'batch', 7)` names a stream; the same seed and address always give the same numbers,
 * different ones give independent numbers. All randomness of the lab (weights, data order, dropout) is drawn from here.
 */
import { philox, type Counter, type Key } from './philox'

/** Words drawn at once: small enough for the first-level cache, large enough to amortise the call. */
const CHUNK = 4096
const FIRST_CHUNK = 16
const UNIT_32 = 2 ** -32
const UNIT_24 = 2 ** -24

type AddressPart = string | number

/** A 128-bit key for an address: every part passes through the generator, keyed by the seed, so similar addresses are unrelated. */
function digest(seed: number, address: readonly AddressPart[]): Uint32Array {
  const key: Key = [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0]
  const state = new Uint32Array(4)
  const absorb = (tag: number, low: number, high: number): void => {
    const counter: Counter = [state[0]! ^ low, state[1]! ^ high, state[2]! ^ tag, state[3]!]
    philox(state, counter, key)
  }
  for (const part of address) {
    if (typeof part === 'number') absorb(1, part >>> 0, Math.floor(part / 2 ** 32) >>> 0)
    else {
      absorb(2, part.length, 0)
      for (let i = 0; i < part.length; i++) absorb(3, part.charCodeAt(i), i)
    }
  }
  return state
}

/** Draws in order from one stream. Bulk fills take whole chunks; single draws and fills may be mixed. */
export class RandomStream {
  private readonly key: Key
  private readonly upper: readonly [number, number]
  private block = 0
  private words = new Uint32Array(FIRST_CHUNK)
  private position = FIRST_CHUNK

  constructor(seed: number, address: readonly AddressPart[]) {
    const [k0, k1, c2, c3] = digest(seed, address)
    this.key = [k0!, k1!]
    this.upper = [c2!, c3!]
  }

  /** The next words into `words`; its length must be a multiple of 4. */
  private draw(words: Uint32Array): void {
    philox(words, [this.block >>> 0, Math.floor(this.block / 2 ** 32), ...this.upper], this.key)
    this.block += words.length / 4
  }

  /** A whole number from 0 to 2³² − 1. */
  word(): number {
    if (this.position === this.words.length) {
      this.draw(this.words)
      this.position = 0
    }
    return this.words[this.position++]!
  }

  /** Uniform in [0, 1), with 32 random bits. */
  float(): number {
    return this.word() * UNIT_32
  }

  /** An integer from 0 to `count` − 1, all equally likely: words beyond the last full multiple are rejected. */
  integer(count: number): number {
    const limit = 2 ** 32 - (2 ** 32 % count)
    let word = this.word()
    while (word >= limit) word = this.word()
    return word % count
  }

  /** Shuffles in place, every order equally likely (Fisher & Yates). */
  shuffle<T extends { [index: number]: unknown; readonly length: number }>(items: T): T {
    for (let last = items.length - 1; last > 0; last--) {
      const other = this.integer(last + 1)
      const held = items[last]
      items[last] = items[other]
      items[other] = held
    }
    return items
  }

  /** 0 … count − 1 in random order. */
  permutation(count: number): Int32Array {
    return this.shuffle(Int32Array.from({ length: count }, (_, index) => index))
  }

  /** Uniform in [low, high), with 24 random bits: as many as a float32 holds, so rounding never reaches `high` for [0, 1). */
  fillUniform(target: Float32Array, low = 0, high = 1): Float32Array {
    const scale = (high - low) * UNIT_24
    return this.fill(target, 1, (words, from, count) => {
      for (let i = 0; i < count; i++) target[from + i] = low + (words[i]! >>> 8) * scale
    })
  }

  /** Normal with the given mean and standard deviation, by Box & Muller 1958: two uniforms give two normals. */
  fillNormal(target: Float32Array, mean = 0, deviation = 1): Float32Array {
    return this.fill(target, 1, (words, from, count) => {
      for (let i = 0; i < count; i += 2) {
        const radius = deviation * Math.sqrt(-2 * Math.log((words[i]! + 1) * UNIT_32))
        const angle = 2 * Math.PI * words[i + 1]! * UNIT_32
        target[from + i] = mean + radius * Math.cos(angle)
        if (i + 1 < count) target[from + i + 1] = mean + radius * Math.sin(angle)
      }
    })
  }

  /**
   * 0 with probability `rate` (to 1 in 2²⁴), else 1 / (1 − rate). One random byte decides all but one element in 256: only where
   * it equals the threshold's first byte, further bits are drawn, after all the others. A quarter of the work of one word per element.
   */
  fillDropout(target: Float32Array, rate: number): Float32Array {
    const threshold = Math.round(rate * 2 ** 24)
    const first = threshold >>> 16
    const rest = threshold & 0xffff
    const valueOfByte = new Float32Array(256).fill(1 / (1 - rate)).fill(0, 0, first)
    const undecided: number[] = []
    this.fill(target, 4, (words, from, count) => {
      const bytes = new Uint8Array(words.buffer)
      for (let i = 0; i < count; i++) {
        const byte = bytes[i]!
        target[from + i] = valueOfByte[byte]!
        if (byte === first) undecided.push(from + i)
      }
    })
    for (const index of undecided) if (this.word() >>> 16 < rest) target[index] = 0
    return target
  }

  private fill(
    target: Float32Array,
    perWord: number,
    write: (words: Uint32Array, from: number, count: number) => void,
  ): Float32Array {
    const words = new Uint32Array(Math.min(CHUNK, 4 * Math.ceil(target.length / perWord / 4)))
    const step = words.length * perWord
    for (let from = 0; from < target.length; from += step) {
      this.draw(words)
      write(words, from, Math.min(step, target.length - from))
    }
    return target
  }
}

/** The stream at an address under a seed (whole number, at most 2⁵³). Names and numbers are different addresses: 'a', 1 is not 'a', '1'. */
export function stream(seed: number, ...address: readonly AddressPart[]): RandomStream {
  return new RandomStream(seed, address)
}

/** The dropout mask of one block at one step: 0 or 1 / (1 − rate), so that the expected value does not change. */
export function dropoutMask(target: Float32Array, rate: number, seed: number, name: string, step: number): Float32Array {
  return rate === 0 ? target.fill(1) : stream(seed, 'dropout', name, step).fillDropout(target, rate)
}

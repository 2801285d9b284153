import { describe, expect, it } from 'vitest'
import { decodeText, MAXIMUM_TEXT_BYTES } from './text'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('decodeText', () => {
  it.each(['', 'plain', 'naïve — “quoted”', '注意力', '😀 and 𝒳', 'tab\tand\r\nlines', '\uFFFD'])('reads UTF-8: %j', (text) => {
    expect(decodeText(utf8(text))).toBe(text)
  })

  it('takes a byte order mark off', () => {
    expect(decodeText(bytes(0xef, 0xbb, 0xbf, 0x61))).toBe('a')
  })

  it('agrees with the standard decoder at every edge of the table', () => {
    const standard = new TextDecoder('utf-8', { fatal: true })
    const accepts = (decode: () => string): boolean => {
      try {
        decode()
        return true
      } catch {
        return false
      }
    }
    const edges = [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef]
    const all = [...edges, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff]
    const pairs = all.flatMap((a) => all.map((b) => [a, b]))
    const endings = [0x7f, 0x80, 0xbf, 0xc0].flatMap((c) => [0x7f, 0x80, 0xbf, 0xc0].map((d) => [c, d]))
    const samples = pairs.flatMap((pair) => [bytes(...pair), ...endings.map((ending) => bytes(...pair, ...ending))])
    for (const sample of samples) {
      if (sample.includes(0)) continue // refused as binary, although valid UTF-8
      const ours = accepts(() => decodeText(sample))
      if (ours !== accepts(() => standard.decode(sample))) expect.fail(`bytes ${[...sample].join()}: ours ${String(ours)}`)
    }
  })

  it.each([
    [[0x61, 0x62, 0xff], 'byte 2 does not fit'],
    [[0xd6, 0xd0, 0xce, 0xc4], 'byte 0 does not fit'], // 中文 in GBK
    [[0x61, 0xe4, 0xbd], 'byte 1 does not fit'], // cut within a character
    [[0x61, 0xed, 0xa0, 0x80], 'byte 1 does not fit'], // a surrogate
    [[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00], 'byte 8 is zero'], // a PNG picture
    [[0xff, 0xfe, 0x61, 0x00], 'UTF-16'],
    [[0xfe, 0xff, 0x00, 0x61], 'UTF-16'],
  ])('refuses %j: %s', (values, sentence) => {
    expect(() => decodeText(bytes(...values))).toThrow(sentence)
  })

  it('refuses a file above the limit by its size alone, naming both sizes', () => {
    const large = new Uint8Array(0)
    Object.defineProperty(large, 'length', { value: MAXIMUM_TEXT_BYTES + 1 })
    expect(() => decodeText(large)).toThrow('it has 257 MB, and at most 256 MB can be used')
  })
})

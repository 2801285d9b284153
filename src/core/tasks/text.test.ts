import { describe, expect, it } from 'vitest'
import { decodeText, MAXIMUM_TEXT_BYTES } from './text'

const textOf = (bytes: Uint8Array): string => decodeText(bytes).text

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('decodeText', () => {
  it.each(['', 'plain', 'naïve — “quoted”', '注意力', '😀 and 𝒳', 'tab\tand\nlines', '\uFFFD'])('reads UTF-8: %j', (text) => {
    expect(decodeText(utf8(text))).toEqual({ text, encoding: 'utf-8' })
  })

  it.each([
    ['a\r\nb\rc\n\r\n', 'a\nb\nc\n\n'],
    ['\r\r\n', '\n\n'],
  ])('normalises the line endings of %j', (text, expected) => {
    expect(textOf(utf8(text))).toBe(expected)
  })

  const utf16 = (text: string, little: boolean): Uint8Array =>
    Uint8Array.from(
      Array.from({ length: text.length }, (_, at) => text.charCodeAt(at)).flatMap((unit) =>
        little ? [unit & 0xff, unit >> 8] : [unit >> 8, unit & 0xff],
      ),
    )
  it.each(['text,label\r\nnaïve,yes\r\n', '一个一个一个一个\r\n注意力一一\r\n', '😀 ok\r\n'])(
    'reads UTF-16, with or without byte order mark: %j',
    (text) => {
      for (const little of [true, false]) {
        const expected = { text: text.replaceAll('\r', ''), encoding: little ? 'utf-16le' : 'utf-16be' }
        expect(decodeText(utf16(`\ufeff${text}`, little))).toEqual(expected)
        expect(decodeText(utf16(text, little))).toEqual(expected)
      }
    },
  )

  // By hand from the standard: 中 D6D0, 文 CEC4, ， A3AC, 好 BAC3; 㐀 8139EE39.
  it('reads GB18030', () => {
    expect(decodeText(bytes(0x61, 0xd6, 0xd0, 0xce, 0xc4, 0xa3, 0xac, 0x0d, 0x0a, 0xba, 0xc3))).toEqual({
      text: 'a中文，\n好',
      encoding: 'gb18030',
    })
    const common = Array.from({ length: 20 }, () => [0xd6, 0xd0]).flat()
    expect(textOf(bytes(...common, 0x81, 0x39, 0xee, 0x39))).toBe(`${'中'.repeat(20)}㐀`)
  })

  it('removes a byte order mark', () => {
    expect(textOf(bytes(0xef, 0xbb, 0xbf, 0x61))).toBe('a')
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
      const ours = accepts(() => {
        const { text, encoding } = decodeText(sample)
        if (encoding !== 'utf-8') throw new TypeError(encoding)
        return text
      })
      if (ours !== accepts(() => standard.decode(sample))) expect.fail(`bytes ${[...sample].join()}: ours ${String(ours)}`)
    }
  })

  it.each([
    [[0x61, 0x62, 0xff], 'byte 2 is invalid'],
    [[0x61, 0xe4, 0xbd, 0xa0, 0xe5, 0xa5], 'byte 4 is invalid'], // truncated within a character
    [[...utf8('中文网页'), 0xff], 'byte 12 is invalid'],
    [[0x6e, 0x61, 0xef, 0x76, 0x65, 0x20, 0x63, 0x61, 0x66, 0xe9], 'byte 2 is invalid'], // “naïve café” in Windows-1252
    [[0xa4, 0x40, 0xa4, 0xd1, 0xa4, 0x48], 'byte 0 is invalid'], // 一天人 in Big5
    [[0x82, 0xb1, 0x82, 0xf1], 'byte 0 is invalid'], // こん in Shift JIS
    [[0x61, 0xed, 0xa0, 0x80], 'byte 1 is invalid'], // a surrogate
    [[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00], 'byte 8 is zero'], // a PNG image
    [[0xff, 0xfe, 0x61, 0x00, 0x61], 'byte 3 is zero'], // half a code unit
    [[0x7f, 0x45, 0x4c, 0x46, 0x02, 0x01, 0x01, 0x00, 0x00, 0x00], 'byte 7 is zero'], // an executable
  ])('refuses %j: %s', (values, sentence) => {
    expect(() => decodeText(bytes(...values))).toThrow(sentence)
  })

  it('refuses a file above the size limit, naming both sizes', () => {
    const large = new Uint8Array(0)
    Object.defineProperty(large, 'length', { value: MAXIMUM_TEXT_BYTES + 1 })
    expect(() => decodeText(large)).toThrow('257 MB, and the limit is 256 MB')
  })
})

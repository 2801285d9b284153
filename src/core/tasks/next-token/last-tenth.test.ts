import { describe, expect, it } from 'vitest'
import { lastTenth } from './last-tenth'

describe('lastTenth', () => {
  it('starts at the white space after nine tenths, so that no word is cut', () => {
    const text = 'word '.repeat(100)
    expect(lastTenth(text)).toBe(454)
    expect(lastTenth('x'.repeat(100))).toBe(90)
  })
})

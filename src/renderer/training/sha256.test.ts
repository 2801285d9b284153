/** Compared with Node's SHA-256. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { sha256 } from './sha256'

const reference = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 167 + 13) % 256)

describe('sha256', () => {
  it('matches the example of FIPS 180-4', () => {
    expect(sha256([new TextEncoder().encode('abc')])).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })

  it.each([0, 1, 55, 56, 63, 64, 65, 119, 120, 1000, 100_003])('matches Node for %i bytes', (length) => {
    expect(sha256([bytes(length)])).toBe(reference(bytes(length)))
  })

  it('hashes parts as their concatenation, also views into a larger buffer', () => {
    const whole = bytes(300)
    expect(sha256([whole.subarray(0, 7), whole.subarray(7, 7), whole.subarray(7, 130), whole.subarray(130)])).toBe(
      reference(whole),
    )
  })
})

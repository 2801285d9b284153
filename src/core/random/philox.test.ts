import { describe, expect, it } from 'vitest'
import { philox, type Counter, type Key } from './philox'

/** `philox4x32 10` of Random123's kat_vectors: counter, key → words. */
const knownAnswers: readonly [Counter, Key, readonly number[]][] = [
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
]

describe('philox', () => {
  it.each(knownAnswers)('answers the published vector %j, %j', (counter, key, expected) => {
    const words = new Uint32Array(4)
    philox(words, counter, key)
    expect([...words]).toEqual(expected)
  })

  it('fills consecutive blocks and cuts the last one', () => {
    const seven = new Uint32Array(7)
    philox(seven, [41, 1, 2, 3], [4, 5])
    const second = new Uint32Array(4)
    philox(second, [42, 1, 2, 3], [4, 5])
    expect([...seven.subarray(4)]).toEqual([...second.subarray(0, 3)])
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { piecesOf } from './pieces'

describe('piecesOf', () => {
  it.each([
    ['The cat sat.', ['The', ' cat', ' sat', '.']],
    ["Don't  stop\n", ["Don't", ' ', ' stop', '\n']],
    ['a "b" (c)', ['a', ' "', 'b', '"', ' (', 'c', ')']],
    ['注意力 is 42%', ['注', '意', '力', ' is', ' 42', '%']],
    ['naïve café', ['naïve', ' café']],
    ['', []],
    ['ACGT'.repeat(40), ['ACGT'.repeat(16), 'ACGT'.repeat(16), 'ACGT'.repeat(8)]],
  ])('cuts %j', (text, pieces) => {
    expect([...piecesOf(text)]).toEqual(pieces)
  })

  it('loses nothing of any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => [...piecesOf(text)].join('') === text))
  })
})

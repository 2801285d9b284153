/** Sizes as polynomials, found from their values at several sizes. */
import { describe, expect, it } from 'vitest'
import { expressionOf, expressionText, isPlain, SizeNodes, type Sizes } from './size-expressions'

const at: Sizes[] = [
  { batch: 101, length: 41, source: 60 },
  { batch: 103, length: 49, source: 48 },
  { batch: 107, length: 53, source: 76 },
  { batch: 109, length: 65, source: 64 },
]
const names = ['batch', 'length', 'source'] as const
const found = (of: (sizes: Sizes) => number) => expressionOf(at.map(of), at, names)

describe('expressionOf', () => {
  it.each([
    ['a number', () => 8, 8],
    ['a size', ({ batch }: Sizes) => batch, 'batch'],
    ['the source', ({ source }: Sizes) => source!, 'source_length'],
    ['a size less one', ({ length }: Sizes) => length - 1, 'length-1'],
    ['distances', ({ length }: Sizes) => 2 * length - 1, '2*length-1'],
    ['heads of all sequences', ({ batch }: Sizes) => 4 * batch, '4*batch'],
    ['pairs of all sequences', ({ batch, length, source }: Sizes) => batch * length * source!, 'batch*length*source_length'],
    ['a square', ({ length }: Sizes) => length * length, 'length*length'],
  ])('finds %s', (_, of, text) => {
    expect(expressionText(found(of)!)).toBe(text)
  })
  it('finds nothing where there is no such expression', () => {
    expect(found(({ length }) => Math.ceil(length / 2))).toBeNull()
    expect(found(({ batch, length }) => batch + length)).toBeNull()
  })
  it('only a size itself is plain', () => {
    expect(isPlain(found(({ length }) => length)!)).toBe(true)
    expect(isPlain(found(({ length }) => length + 1)!)).toBe(false)
    expect(isPlain(found(() => 3)!)).toBe(false)
  })
})

it('equal sizes are computed once, and only free sizes are read', () => {
  const nodes = new SizeNodes(['batch'], { batch: 'tokens', length: 'tokens', source: undefined })
  const batch = found((sizes) => sizes.batch)!
  expect(nodes.vector([batch, found(() => 8)!])).toBe(nodes.vector([batch, found(() => 8)!]))
  expect(nodes.nodes.map(({ type }) => type)).toEqual(['Shape', 'Concat'])
  expect(() => nodes.size(found(({ length }) => length)!)).toThrow('no input tells the size length')
})

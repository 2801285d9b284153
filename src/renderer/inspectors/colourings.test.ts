// @vitest-environment happy-dom
/** Colours of a map say the class, the frequency, the kind or the position of its vectors. */
import { describe, expect, it, test } from 'vitest'
import { kindsOf } from '@core/embeddings/token-kinds'
import type { TokenUses } from '@core/embeddings/token-uses'
import '../testing/mounting'
import { useTheme } from '../charts/theme'
import { byClass, byFrequency, byKind, byPosition, classesMatter, type Colouring } from './colourings'

const theme = useTheme().value
const texts = {
  label: 'class',
  none: 'does not occur',
  others: 'others',
  note: (name: string, share: number) => `${name} ${share}`,
}
const uses = (counts: number[], most: number[], shares: number[]): TokenUses => ({
  counts: Int32Array.from(counts),
  classes: { most: Int32Array.from(most), shares: Float32Array.from(shares) },
})
const nameOf = (colouring: Colouring, id: number) => colouring.names[colouring.kinds[id]!]

describe('by class', () => {
  it('each token has the look of its usual class; frequent tokens come first', () => {
    const colouring = byClass(uses([5, 9, 0, 3], [2, 0, -1, 2], [1, 0.5, 0, 1]), ['a', 'b', 'c'], texts, theme)!
    expect([0, 1, 2, 3].map((id) => nameOf(colouring, id))).toEqual(['c', 'a', 'does not occur', 'c'])
    expect(colouring.priority).toEqual([1, 0, 3, 2])
    expect([0, 1, 2].map(colouring.noteOf)).toEqual(['c 1', 'a 0.5', 'does not occur'])
    expect([0, 2].map(colouring.cellOf)).toEqual(['c', ''])
  })
  it('any two of 32 classes differ in colour or shape; further ones are one', () => {
    const ids = Array.from({ length: 40 }, (_, id) => id)
    const colouring = byClass(
      uses(
        ids,
        ids,
        ids.map(() => 1),
      ),
      ids.map(String),
      texts,
      theme,
    )!
    const looks = colouring.looks.slice(0, 32).map(({ colour, shape }, index) => `${index % 8} ${colour} ${shape}`)
    expect(new Set(looks).size).toBe(32)
    expect([0, 31, 32, 39].map((id) => nameOf(colouring, id))).toEqual(['0', '31', 'others', 'others'])
  })
  it('there is none without classes', () => {
    expect(byClass({ counts: Int32Array.of(1), classes: null }, [], texts, theme)).toBeNull()
  })
})

test('classes matter where tokens tell more than the most frequent class does', () => {
  expect(classesMatter(uses([10, 10], [0, 1], [1, 1]))).toBe(true)
  expect(classesMatter(uses([10, 10], [0, 1], [0.55, 0.55]))).toBe(false)
  expect(classesMatter(uses([10, 10], [0, 0], [1, 1]))).toBe(false) // one class only
  expect(classesMatter({ counts: Int32Array.of(1), classes: null })).toBe(false)
})

test('by frequency, on a logarithmic scale: every count lies in the range that the legend names', () => {
  const counts = [0, 1, 2, 3, 5, 10, 50, 400, 1000]
  const format = String
  const colouring = byFrequency(
    { counts: Int32Array.from(counts), classes: null },
    { label: '', none: 'none', format, note: (count) => `${count} times` },
    theme,
  )
  expect(nameOf(colouring, 0)).toBe('none')
  expect(colouring.noteOf(5)).toBe('10 times')
  let before = -1
  counts.slice(1).forEach((count, index) => {
    const kind = colouring.kinds[index + 1]!
    expect(kind).toBeGreaterThanOrEqual(before)
    before = kind
    expect(Number(colouring.names[kind]!.slice(2))).toBeLessThanOrEqual(count)
    const next = colouring.names.slice(kind + 1, 8).find((name) => name !== '')
    if (next) expect(Number(next.slice(2))).toBeGreaterThan(count)
  })
})

test('by kind of the text', () => {
  const tokeniser = {
    kind: 'words',
    vocabulary: ['<pad>', '<unk>', 'the', 'Ä', '42', ',', ' ', '词', 'a1'],
    signs: 1,
    unknown: 1,
  }
  const kinds = kindsOf(tokeniser as never)
  expect(kinds).toEqual(['special', 'special', 'letter', 'letter', 'digit', 'punctuation', 'space', 'letter', 'letter'])
  const colouring = byKind(kinds, [], '', (kind) => kind, theme)
  expect(kinds.map((_, id) => nameOf(colouring, id))).toEqual(kinds)
  expect(colouring.names).not.toContain('other') // no token of this kind, so nothing in the legend
})

test('by position, from the first to the last', () => {
  const colouring = byPosition(20, '', theme)
  expect(colouring.kinds[0]).toBe(0)
  expect(colouring.kinds[19]).toBe(7)
  expect([...colouring.kinds]).toEqual([...colouring.kinds].toSorted((a, b) => a - b))
  expect(byPosition(3, '', theme).names.filter((name) => name !== '')).toEqual(['≥ 0', '≥ 1', '≥ 2'])
})

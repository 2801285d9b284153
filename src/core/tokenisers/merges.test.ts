import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMerger, learnMerges, type Merge } from './merges'

const letters = (text: string): number[] => Array.from(text, (letter) => letter.charCodeAt(0) - 97)

/** Algorithm 1 of the paper: recounts all pairs for every merge. */
function slowly(counted: readonly (readonly [readonly number[], number])[], first: number, most: number): Merge[] {
  let pieces = counted.map(([ids, count]) => ({ ids: [...ids], count }))
  const merges: Merge[] = []
  while (merges.length < most) {
    const counts = new Map<string, number>()
    for (const { ids, count } of pieces) {
      for (let at = 1; at < ids.length; at++) {
        const key = `${String(ids[at - 1]).padStart(5)} ${String(ids[at]).padStart(5)}`
        counts.set(key, (counts.get(key) ?? 0) + count)
      }
    }
    const [best] = [...counts].filter(([, count]) => count > 1).sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
    if (!best) break
    const [left, right] = best[0].trim().split(/ +/).map(Number) as [number, number]
    const token = first + merges.length
    merges.push([left, right])
    pieces = pieces.map(({ ids, count }) => {
      const out: number[] = []
      for (const id of ids) {
        // A pair just merged is not part of another.
        if (id === right && out.at(-1) === left) out.splice(-1, 1, token)
        else out.push(id)
      }
      return { ids: out, count }
    })
  }
  return merges
}

describe('learnMerges', () => {
  it('reproduces the example of Sennrich, Haddow & Birch: low, lower, newest, widest', () => {
    const counted = [
      [letters('low'), 5],
      [letters('lower'), 2],
      [letters('newest'), 6],
      [letters('widest'), 3],
    ] as const
    const texts = Array.from('abcdefghijklmnopqrstuvwxyz')
    for (const [left, right] of learnMerges(counted, 26, 5)) texts.push(texts[left]! + texts[right]!)
    expect(texts.slice(26, 28)).toEqual(['es', 'est']) // 9 times each
    expect(texts.slice(28)).toEqual(['lo', 'low', 'ew']) // 7 times, then 6: "ew" has lower ids than "ne" and "wes"
  })

  it('agrees with recounting all pairs, on any pieces', () => {
    const pieces = fc.array(fc.tuple(fc.array(fc.nat(3), { minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 4 })), {
      minLength: 1,
      maxLength: 12,
    })
    fc.assert(
      fc.property(pieces, (counted) => {
        expect(learnMerges(counted, 4, 8)).toEqual(slowly(counted, 4, 8))
      }),
      { numRuns: 300 },
    )
  })

  it('ends when no pair occurs twice, and merges nothing for zero merges', () => {
    expect(learnMerges([[letters('abcd'), 1]], 26, 10)).toEqual([])
    expect(learnMerges([[letters('abab'), 9]], 26, 0)).toEqual([])
    expect(learnMerges([[letters('ab'), 9]], 26, 10)).toEqual([[0, 1]])
  })
})

describe('createMerger', () => {
  const merges = [
    [0, 1],
    [26, 2],
    [1, 2],
  ] as const // ab, abc, bc
  const merge = createMerger(merges, 26)
  it.each([
    ['abc', [27]],
    ['bc', [28]],
    ['ababc', [26, 27]],
    ['cab', [2, 26]],
    ['', []],
    ['x', [23]],
  ])('applies the earliest merge first: %s', (text, tokens) => {
    expect(merge(letters(text))).toEqual(tokens)
  })
})

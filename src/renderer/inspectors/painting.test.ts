import { describe, expect, test } from 'vitest'
import { extended, painted, startMap } from './painting'

const size = { rows: 3, columns: 3 }
const none = { mask: 'none', window: 0 } as const
const causal = { mask: 'causal', window: 0 } as const
const rounded = (map: Float32Array): number[] => Array.from(map, (value) => Math.round(1000 * value) / 1000)

describe('a map to start from', () => {
  test.each([
    ['previous', none, [1, 0, 0, 1, 0, 0, 0, 1, 0]],
    ['self', causal, [1, 0, 0, 0, 1, 0, 0, 0, 1]],
    ['first', causal, [1, 0, 0, 1, 0, 0, 1, 0, 0]],
    ['uniform', causal, [1, 0, 0, 0.5, 0.5, 0, 0.333, 0.333, 0.333]],
    ['self', { mask: 'without-diagonal', window: 0 }, [0, 0.5, 0.5, 0.5, 0, 0.5, 0.5, 0.5, 0]],
  ] as const)('%s under %j', (start, mask, expected) => {
    expect(rounded(startMap(start, size, mask))).toEqual(expected)
  })

  test('for more queries than keys', () => {
    expect(rounded(startMap('self', { rows: 3, columns: 2 }, none))).toEqual([1, 0, 0, 1, 0.5, 0.5])
  })
})

describe('a stroke', () => {
  const uniform = startMap('uniform', size, none)
  test('sets its cell and scales the others of the row', () => {
    expect(rounded(painted(uniform, size, none, { row: 1, column: 2, weight: 0.5 }))).toEqual([
      ...[0.333, 0.333, 0.333],
      ...[0.25, 0.25, 0.5],
      ...[0.333, 0.333, 0.333],
    ])
    expect(rounded(painted(uniform, size, none, { row: 0, column: 0, weight: 1 })).slice(0, 3)).toEqual([1, 0, 0])
  })
  test('divides a row between two keys', () => {
    const one = startMap('first', size, none)
    expect(rounded(painted(one, size, none, { row: 2, column: 1, weight: 0.5 })).slice(6)).toEqual([0.5, 0.5, 0])
  })
  test('that removes the only weight leaves an empty row', () => {
    const one = startMap('first', size, none)
    expect(rounded(painted(one, size, none, { row: 2, column: 0, weight: 0 })).slice(6)).toEqual([0, 0, 0])
  })
  test('on a hidden cell changes nothing', () => {
    const map = startMap('first', size, causal)
    expect(painted(map, size, causal, { row: 0, column: 2, weight: 1 })).toBe(map)
  })
})

test('a map of a short sequence is extended to the whole length', () => {
  const map = Float32Array.of(0, 1, 1, 0)
  expect(rounded(extended(map, { rows: 2, columns: 2 }, size, causal))).toEqual([0, 1, 0, 1, 0, 0, 0.333, 0.333, 0.333])
})

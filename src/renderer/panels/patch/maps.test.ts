import { describe, expect, it } from 'vitest'
import type { PatchRow } from '@core/contract/patch'
import { cellOf, isMain, isMuted, mapsOf, placeOf, rowAt } from './maps'

const row = (block: string, sequence: PatchRow['sequence'], effects: number[], head: number | null = null): PatchRow => ({
  ...{ block, part: head === null ? 'y' : 'heads', head, sequence, first: 0 },
  effects: Float32Array.from(effects),
})
const rows = [
  row('source', 'source', [1, 0]),
  row('embedding', 'tokens', [0, 0.5, 0]),
  row('attention', 'tokens', [0, 0, -0.7], 0),
  row('slice', null, [0.1, 0.2]),
  row('pool', null, [0.9]),
]
const all = () => true

describe('the maps of a patch', () => {
  it('are one for each sequence of positions; what has no position is the last column of the last', () => {
    const maps = mapsOf({ rows }, all)
    expect(maps.map(({ sequence, positions, hasWhole }) => [sequence, positions, hasWhole])).toEqual([
      ['source', 2, false],
      ['tokens', 3, false],
      ['other', 2, true],
    ])
    expect(maps[2]!.rows.map(({ index, effects }) => [index, ...effects].map((value) => Number(value.toFixed(4))))).toEqual([
      [3, 0.1, 0.2, NaN],
      [4, NaN, NaN, 0.9],
    ])
    expect(mapsOf({ rows: [rows[4]!] }, all)).toMatchObject([{ positions: 0, hasWhole: true }])
    expect(mapsOf({ rows: [] }, all)).toEqual([])
  })

  it('convert between their cells and places, also if rows are hidden', () => {
    const [, , map] = mapsOf({ rows }, all)
    for (const place of [
      { row: 3, position: 1 },
      { row: 4, position: 0 },
    ]) {
      expect(placeOf(map!, cellOf(map!, place)!)).toEqual(place)
    }
    expect(cellOf(map!, { row: 4, position: 0 })).toEqual({ row: 1, column: 2 })
    expect(cellOf(map!, { row: 1, position: 0 })).toBeNull()
    const [hidden] = mapsOf({ rows }, ({ block }) => block === 'attention')
    expect(placeOf(hidden!, { row: 0, column: 2 })).toEqual({ row: 2, position: 2 })
  })

  it('show heads and what computes something at first, and know which rows are muted', () => {
    expect(rows.map((each) => isMain(each, each.block === 'slice' ? 'slice' : each.block))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ])
    expect([isMain(row('n', 'tokens', [0]), 'norm'), isMain(row('a', 'tokens', [0]), 'add')]).toEqual([false, true])
    const mutes = { 'attention/heads': [0, 1], 'embedding/output': [0] }
    expect(rows.map((each) => isMuted(each, mutes))).toEqual([false, true, true, false, false])
    expect(isMuted(row('attention', 'tokens', [0]), mutes)).toBe(false)
    expect(isMuted(row('attention', 'tokens', [0]), { 'attention/heads': [0, 0] })).toBe(true)
  })

  it('take the row of before for a dragged token, else the one with the largest effect there', () => {
    expect(rowAt(rows, 'tokens', 2, 1)).toBe(1)
    expect(rowAt(rows, 'tokens', 2, 0)).toBe(2)
    expect(rowAt(rows, 'source', 0, -1)).toBe(0)
    expect(rowAt(rows, 'tokens', 3, 1)).toBeNull()
  })
})

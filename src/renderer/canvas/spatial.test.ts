import fc from 'fast-check'
import { expect, it } from 'vitest'
import { overlaps, type Rect } from './geometry'
import { SpatialIndex } from './spatial'

const side = fc.integer({ min: 1, max: 500 })
const at = fc.integer({ min: -2000, max: 2000 })
const rects = fc.array(fc.record({ x: at, y: at, width: side, height: side }), { maxLength: 40 })

it('finds the same overlaps as a full scan, also after removals', () => {
  fc.assert(
    fc.property(rects, rects, fc.nat({ max: 40 }), (all, areas, removed) => {
      const index = new SpatialIndex(all)
      for (const rect of all.slice(0, removed)) index.remove(rect)
      const left: readonly Rect[] = all.slice(removed)
      for (const area of areas) {
        const expected = left.filter((rect) => overlaps(rect, area))
        expect(new Set(index.overlapping(area))).toEqual(new Set(expected))
        expect(index.meets(area)).toBe(expected.length > 0)
      }
    }),
  )
})

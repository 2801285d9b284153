// @vitest-environment happy-dom
import { describe, expect, it, test } from 'vitest'
import { between, labelsOf, nearestTo, placeOf, pointMapSvg, reachOf, towards, type Frame, type Points } from './pointMap'

const points = (...pairs: readonly (readonly [number, number])[]): Points => ({
  x: Float32Array.from(pairs, ([x]) => x),
  y: Float32Array.from(pairs, ([, y]) => y),
})
const frame: Frame = { width: 200, height: 100, reach: 2 }

test('both axes have one scale, and up is up', () => {
  expect(placeOf(frame, 0, 0)).toEqual([100, 50])
  expect(placeOf(frame, 2, 2)).toEqual([150, 0])
  expect(placeOf(frame, -1, -2)).toEqual([75, 100])
})

test('the map has room for all points, and does not become smaller', () => {
  const wide = reachOf(points([3, 1], [0, -4]), 0)
  expect(wide).toBeCloseTo(4.32, 6)
  expect(reachOf(points([1, 1]), wide)).toBe(wide)
  expect(reachOf(points([0, 0]), 0)).toBe(1)
  expect(reachOf(points([NaN, Infinity], [1, 0]), 0)).toBeCloseTo(1.08, 6)
})

test('points move between two maps', () => {
  const [from, to] = [points([0, 0]), points([2, 4])]
  expect(between(from, to, 0.25)).toEqual(points([0.5, 1]))
  expect(between(from, to, 1)).toBe(to)
  expect(between(points(), to, 0.5)).toBe(to) // another number of points
})

test('the nearest point is found, if it is near', () => {
  const map = points([0, 0], [1, 0])
  expect(nearestTo(map, frame, 103, 50, 10)).toBe(0)
  expect(nearestTo(map, frame, 124, 52, 10)).toBe(1)
  expect(nearestTo(map, frame, 60, 50, 10)).toBeNull()
})

test('arrow keys go to the nearest point in their direction', () => {
  const map = points([0, 0], [1, 0.1], [3, 0], [0, -1], [-1, 5])
  expect(towards(map, 0, 1, 0)).toBe(1)
  expect(towards(map, 1, 1, 0)).toBe(2)
  expect(towards(map, 0, 0, -1)).toBe(3)
  expect(towards(map, 0, 0, 1)).toBe(4)
  expect(towards(map, 0, -1, 0)).toBeNull()
})

describe('labels', () => {
  const boxes = (map: Points, placed: ReturnType<typeof labelsOf>, width: number) =>
    placed.map(({ index, dx, dy }) => {
      const [left, top] = placeOf(frame, map.x[index]!, map.y[index]!)
      return { left: left + dx, right: left + dx + width, top: top + dy - 6.5, bottom: top + dy + 6.5 }
    })

  it('do not overlap, stay in the frame, and the first ones come first', () => {
    const map = points(...Array.from({ length: 80 }, (_, index) => [Math.sin(index * 7), Math.cos(index * 3)] as const))
    const placed = labelsOf(map, frame, [...map.x.keys()], () => 24)
    expect(placed.length).toBeGreaterThan(5)
    expect(placed[0]!.index).toBe(0)
    const all = boxes(map, placed, 24)
    for (const [index, a] of all.entries()) {
      expect([a.left >= 0, a.top >= 0, a.right <= 200, a.bottom <= 100]).toEqual([true, true, true, true])
      for (const b of all.slice(0, index))
        expect(a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom).toBe(false)
    }
  })
  it('go to the other side at the edge', () => {
    const [label] = labelsOf(points([1.95, 0]), { width: 100, height: 100, reach: 2 }, [0], () => 30)
    expect(label!.dx).toBeLessThan(-30)
  })
})

test('a picture as SVG has every point, and its texts as text', () => {
  const svg = pointMapSvg({
    ...{ frame, points: points([0, 0], [1, 1]), kinds: [0, 1], textOf: (index) => ['<b>', 'b&c'][index]! },
    looks: [
      { colour: '#111111', shape: 'circle' },
      { colour: '#222222', shape: 'diamond', isQuiet: true },
    ],
    labels: [
      { index: 0, dx: 6, dy: 0 },
      { index: 1, dx: 6, dy: 0 },
    ],
    ...{ chosen: 1, near: [0], font: '11px "A B"', colours: { ink: '#000', ground: '#fff', line: '#ccc' } },
  })
  const picture = new DOMParser().parseFromString(svg, 'image/svg+xml')
  expect(picture.querySelectorAll('parsererror')).toHaveLength(0)
  expect(picture.querySelectorAll('circle[fill="#111111"], polygon[fill="#222222"]')).toHaveLength(2)
  // Quiet points lie under all others.
  expect(picture.querySelector('circle, polygon')!.getAttribute('fill')).toBe('#222222')
  expect([...picture.querySelectorAll('text')].map((text) => text.textContent)).toEqual(['<b>', 'b&c'])
})

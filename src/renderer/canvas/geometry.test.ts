import { describe, expect, it } from 'vitest'
import { distanceTo, inside, nodeSize, portOffset, routeWire, snap, type Point, type Rect } from './geometry'

const nodeAt = (x: number, y: number): Rect => ({ x, y, ...nodeSize })
const middle = portOffset(0, 1)
const end = (node: Rect) => ({ node, offset: middle })
const crosses = (points: readonly Point[], node: Rect) => points.some((point) => inside(point, node))

describe('ports', () => {
  it('are centred if there is one, and spread evenly otherwise', () => {
    expect(portOffset(0, 1)).toBe(nodeSize.height / 2)
    expect([portOffset(0, 2), portOffset(1, 2)]).toEqual([nodeSize.height / 4, (3 * nodeSize.height) / 4])
  })
})

it('measures the distance of a point to a wire, also between its sample points', () => {
  const path = {
    d: '',
    points: [
      { x: 0, y: 0 },
      { x: 100, y: 0 },
      { x: 100, y: 40 },
    ],
  }
  expect(distanceTo(path, { x: 50, y: -7 })).toBe(7)
  expect(distanceTo(path, { x: 112, y: 20 })).toBe(12)
  expect(distanceTo(path, { x: -3, y: -4 })).toBe(5)
})

it('snaps to the 4-px grid', () => {
  expect(snap({ x: 5, y: -7 })).toEqual({ x: 4, y: -8 })
})

describe('a wire', () => {
  it('starts at the output and ends at the input', () => {
    const { points, d } = routeWire(end(nodeAt(0, 0)), end(nodeAt(300, 80)), [])
    expect(points[0]).toEqual({ x: nodeSize.width, y: middle })
    expect(points.at(-1)).toEqual({ x: 300, y: 80 + middle })
    expect(d.startsWith(`M${nodeSize.width} ${middle}C`)).toBe(true)
  })

  it('never turns back on its way to the right', () => {
    const { points } = routeWire(end(nodeAt(0, 0)), end(nodeAt(300, 400)), [])
    points.slice(1).forEach((point, i) => expect(point.x).toBeGreaterThanOrEqual(points[i]?.x ?? 0))
  })

  it('avoids a node between its ends', () => {
    const between = nodeAt(200, 0)
    const { points } = routeWire(end(nodeAt(0, 0)), end(nodeAt(400, 0)), [between])
    expect(crosses(points, between)).toBe(false)
  })

  it('avoids several nodes on the nearer side', () => {
    const between = [nodeAt(200, -20), nodeAt(400, -20)]
    const { points } = routeWire(end(nodeAt(0, 0)), end(nodeAt(600, 0)), between)
    for (const node of between) expect(crosses(points, node)).toBe(false)
    // The nodes are centred 20 above the line, so passing below is shorter.
    expect(Math.max(...points.map(({ y }) => y))).toBeGreaterThan(nodeSize.height - 20)
  })

  it('runs back between two rows without touching either node', () => {
    const [source, target] = [nodeAt(600, 0), nodeAt(0, 200)]
    const { points } = routeWire(end(source), end(target), [])
    expect(crosses(points, source)).toBe(false)
    expect(crosses(points, target)).toBe(false)
    const lane = (nodeSize.height + 200) / 2
    for (const { x, y } of points) if (x > 100 && x < 500) expect(y).toBeCloseTo(lane)
  })

  it('runs back below nodes placed side by side', () => {
    const [source, target] = [nodeAt(200, 0), nodeAt(0, 10)]
    const { points } = routeWire(end(source), end(target), [])
    expect(Math.max(...points.map(({ y }) => y))).toBeGreaterThan(nodeSize.height + 10)
    expect(crosses(points, source)).toBe(false)
    expect(crosses(points, target)).toBe(false)
  })

  it('shares its backward lane with other wires of the same output', () => {
    const source = nodeAt(600, 0)
    const lanes = [0, 300].map((x) => {
      const { points } = routeWire(end(source), { node: nodeAt(x, 200), offset: x === 0 ? 31 : 62 }, [])
      return points[13]?.y
    })
    expect(lanes[0]).toBe(lanes[1])
  })
})

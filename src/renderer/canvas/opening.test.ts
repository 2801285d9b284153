import { describe, expect, it } from 'vitest'
import { contains, nodeSize, type Rect } from './geometry'
import { beginningView, type View } from './opening'

const room: Rect = { x: 40, y: 28, width: 500, height: 300 }
const seenAt = (rect: Rect, { x, y, zoom }: View): Rect => ({
  x: rect.x * zoom + x,
  y: rect.y * zoom + y,
  width: rect.width * zoom,
  height: rect.height * zoom,
})
const at = (x: number, y: number): Rect => ({ x, y, ...nodeSize })

describe('the initial view', () => {
  it('starts at the left edge of a wide graph and centres a low one vertically', () => {
    const whole = { x: -200, y: 50, width: 3000, height: 200 }
    const view = beginningView(whole, at(-200, 100), room, 0.9)
    const seen = seenAt(whole, view)
    expect(seen.x).toBeCloseTo(room.x)
    expect(seen.y + seen.height / 2).toBeCloseTo(room.y + room.height / 2)
  })

  it.each([
    ['at the top', 0],
    ['in the middle', 700],
    ['at the bottom', 1406],
  ])('shows the first block %s without scrolling past the graph', (_, y) => {
    const whole = { x: 0, y: 0, width: 3000, height: 1500 }
    const view = beginningView(whole, at(0, y), room, 0.9)
    const rounded = { x: room.x - 0.01, y: room.y - 0.01, width: room.width + 0.02, height: room.height + 0.02 }
    expect(contains(rounded, seenAt(at(0, y), view))).toBe(true)
    const { y: top, height } = seenAt(whole, view)
    expect(top).toBeLessThanOrEqual(room.y + 0.01)
    expect(top + height).toBeGreaterThanOrEqual(room.y + room.height - 0.01)
  })
})

import { describe, expect, it } from 'vitest'
import { nodeSize, portOffset, routeWire, type Rect } from './geometry'
import { SpatialIndex } from './spatial'
import { chipSize, placeChips, sameType, wireLabel, type ChipRequest } from './wire-labels'

const features = { axes: ['batch', 'token', 'feature'], shape: [32, 16, 64] } as const

describe('wireLabel', () => {
  it('names batch and token by letter and gives the other sizes', () => {
    expect(wireLabel(features)).toBe('B·T·64')
    expect(wireLabel({ axes: ['batch', 'token'], shape: [32, 16] })).toBe('B·T')
    expect(wireLabel({ axes: ['batch', 'token', 'class'], shape: [32, 16, 12] })).toBe('B·T·12')
  })
  it('gives all sizes when zoomed in', () => {
    expect(wireLabel(features, true)).toBe('B32·T16·64')
  })
})

describe('sameType', () => {
  it('compares axes and sizes', () => {
    expect(sameType(features, { ...features })).toBe(true)
    expect(sameType(features, { ...features, shape: [32, 16, 65] })).toBe(false)
    expect(sameType(features, { ...features, axes: ['batch', 'token', 'class'] })).toBe(false)
  })
  it('is false for unknown types', () => {
    expect(sameType(undefined, undefined)).toBe(false)
  })
})

describe('wire labels', () => {
  const nodeAt = (x: number, y = 0): Rect => ({ x, y, ...nodeSize })
  const offset = portOffset(0, 1)
  const request = (id: string, from: Rect, to: Rect, more: Partial<ChipRequest> = {}): ChipRequest => ({
    id,
    output: id,
    label: 'B·T·32',
    path: routeWire({ node: from, offset }, { node: to, offset }, []),
    changed: false,
    ...more,
  })

  it('are centred on the wire if there is room', () => {
    const nodes = [nodeAt(0), nodeAt(300)]
    const chip = placeChips([request('a', nodes[0]!, nodes[1]!)], new SpatialIndex(nodes)).get('a')
    expect(chip?.clear).toBe(true)
    expect(chip?.x).toBeCloseTo((nodeSize.width + 300) / 2)
  })

  it('are hidden where they would cover a node', () => {
    const nodes = [nodeAt(0), nodeAt(nodeSize.width + chipSize('B·T·32').width - 4)]
    expect(placeChips([request('a', nodes[0]!, nodes[1]!)], new SpatialIndex(nodes)).get('a')?.clear).toBe(false)
  })

  it('never overlap', () => {
    const nodes = [nodeAt(0), nodeAt(220)]
    const chips = placeChips([request('a', nodes[0]!, nodes[1]!), request('b', nodes[0]!, nodes[1]!)], new SpatialIndex(nodes))
    expect([...chips.values()].filter((chip) => chip.clear)).toHaveLength(1)
  })

  it('are placed first on wires that change the shape', () => {
    const nodes = [nodeAt(0), nodeAt(220)]
    const chips = placeChips(
      [request('a', nodes[0]!, nodes[1]!), request('b', nodes[0]!, nodes[1]!, { changed: true })],
      new SpatialIndex(nodes),
    )
    expect([chips.get('a')?.clear, chips.get('b')?.clear]).toEqual([false, true])
  })

  it('are placed once for several wires of one output', () => {
    const nodes = [nodeAt(0), nodeAt(300), nodeAt(300, 300)]
    const chips = placeChips(
      [request('a', nodes[0]!, nodes[1]!, { output: 'x' }), request('b', nodes[0]!, nodes[2]!, { output: 'x' })],
      new SpatialIndex(nodes),
    )
    expect([...chips.values()].filter((chip) => chip.clear)).toHaveLength(1)
  })

  it('show only changes when zoomed out', () => {
    const nodes = [nodeAt(0), nodeAt(300), nodeAt(600)]
    const chips = placeChips(
      [request('a', nodes[0]!, nodes[1]!, { changed: true }), request('b', nodes[1]!, nodes[2]!)],
      new SpatialIndex(nodes),
      1,
      true,
    )
    expect([chips.get('a')?.clear, chips.get('b')?.clear]).toEqual([true, false])
  })
})

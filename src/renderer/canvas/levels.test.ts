import { describe, expect, it } from 'vitest'
import { portRoom } from './geometry'
import { isDetailed, levelAt, levels, openingZoom } from './levels'

const zooms = Array.from({ length: 250 }, (_, i) => (i + 1) / 100)

describe('semantic zoom', () => {
  it('reduces the detail of blocks as they get smaller', () => {
    expect([1.2, 0.9, 0.89, 0.52, 0.5, 0.4, 0.39, 0.05].map((zoom) => levelAt(zoom).shows)).toEqual([
      ...['all', 'all', 'picture', 'picture', 'name', 'name', 'colour', 'colour'],
    ])
    expect(levelAt(openingZoom).shows).toBe('all')
  })

  it('keeps text at least as large on screen as at zoom 1', () => {
    for (const zoom of zooms.filter((each) => levelAt(each).shows !== 'colour'))
      expect(levelAt(zoom).unit * zoom).toBeGreaterThanOrEqual(1 - 1e-6)
  })

  it('gives the ports of one side 24 px each at every zoom where ports are active, however many', () => {
    for (const level of levels.filter(isDetailed))
      for (const ports of [1, 2, 3, 5, 12]) expect(portRoom(ports) * level.from).toBeGreaterThanOrEqual(24)
  })
})

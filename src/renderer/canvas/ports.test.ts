import { expect, it } from 'vitest'
import { portPlaces } from './ports'

it('group ports are beside all blocks, and have a position in an empty group', () => {
  const places = portPlaces([
    { x: 0, y: 0 },
    { x: 400, y: 100 },
  ])
  expect(places['.in']!.x).toBeLessThan(-72)
  expect(places['.out']!.x).toBeGreaterThan(524)
  expect(places['.in']!.y).toBe(50)
  expect(portPlaces([])['.in']).toBeDefined()
})

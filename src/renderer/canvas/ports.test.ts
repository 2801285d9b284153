import { expect, it } from 'vitest'
import { nodeSize } from './geometry'
import { portPlaces, sizeIn } from './ports'
import { documentOf, model } from './testing'

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

it('a block is as high as the ports on its fuller side need', () => {
  expect(sizeIn(model(), 'sum')).toEqual(nodeSize)
  const many = documentOf(
    { tokens: 'tokens', future: 'of-the-future' },
    ['a', 'b', 'c', 'd', 'e'].map((port) => `tokens.ids > future.${port}`),
  )
  expect(sizeIn(many, 'future')).toEqual({ width: nodeSize.width, height: (5 / 2) * nodeSize.height })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nodeSize, portOffset, routeWire, type Rect } from './geometry'
import { entrance } from './ports'
import { createRouter, type RouteRequest } from './routing'

const nodeAt = (x: number, y = 0): Rect => ({ x, y, ...nodeSize })
const offset = portOffset(0, 1)
const wire = (from: string, to: string): RouteRequest => ({
  id: `${from}→${to}`,
  from: { node: from, offset },
  to: { node: to, offset },
})

describe('the router', () => {
  const wires = [wire('a', 'b'), wire('c', 'd')]
  const apart = new Map([
    ['a', nodeAt(0)],
    ['b', nodeAt(600)],
    ['c', nodeAt(0, 1000)],
    ['d', nodeAt(600, 1000)],
  ])

  it('keeps the paths of wires with no change nearby', () => {
    const router = createRouter()
    const before = router.route(wires, apart)
    const now = router.route(wires, new Map([...apart, ['a', nodeAt(40, 80)]]))
    expect(now.get('c→d')).toBe(before.get('c→d'))
    expect(now.get('a→b')).not.toEqual(before.get('a→b'))
  })

  it('routes around a block moved onto a wire, and straight again after it is removed', () => {
    const router = createRouter()
    const before = router.route(wires, new Map([...apart, ['e', nodeAt(300, 400)]]))
    const inTheWay = router.route(wires, new Map([...apart, ['e', nodeAt(300)]]))
    expect(inTheWay.get('a→b')).not.toEqual(before.get('a→b'))
    expect(router.route(wires, apart)).toEqual(before)
  })

  it('drops wires to missing nodes, and does not avoid the ports of a group', () => {
    const router = createRouter()
    const straight = router.route(wires, apart).get('a→b')
    const now = router.route([...wires, wire('a', 'gone')], new Map([...apart, [entrance, nodeAt(300)]]))
    expect([...now.keys()]).toEqual(['a→b', 'c→d'])
    expect(now.get('a→b')).toBe(straight)
  })

  it('gives the same paths after any moves as routing from scratch', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    const place = fc.record({ x: fc.integer({ min: -600, max: 600 }), y: fc.integer({ min: -300, max: 300 }) })
    const moves = fc.array(fc.tuple(fc.constantFrom(...names), place), { maxLength: 12 })
    const all = names.flatMap((from, i) => names.slice(i + 1).map((to) => wire(from, to)))
    fc.assert(
      fc.property(fc.array(place, { minLength: names.length, maxLength: names.length }), moves, (places, moved) => {
        const nodes = new Map(names.map((name, i) => [name, nodeAt(places[i]!.x, places[i]!.y)]))
        const router = createRouter()
        router.route(all, nodes)
        for (const [name, { x, y }] of moved) {
          nodes.set(name, nodeAt(x, y))
          const expected = all.map(({ id, from, to }) => {
            const [source, target] = [nodes.get(from.node)!, nodes.get(to.node)!]
            const others = [...nodes.values()].filter((node) => node !== source && node !== target)
            return [id, routeWire({ node: source, offset }, { node: target, offset }, others)]
          })
          expect([...router.route(all, nodes)]).toEqual(expected)
        }
      }),
      // The detour of a short wire extends beyond its ends and can hit the moved block there.
      {
        numRuns: 60,
        examples: [
          [
            [
              { x: -125, y: 0 },
              { x: 0, y: 0 },
              { x: 7, y: 0 },
              { x: 0, y: 0 },
              { x: 0, y: 0 },
              { x: 0, y: 0 },
            ],
            [['b', { x: 7, y: -1 }]],
          ],
        ],
      },
    )
  })
})

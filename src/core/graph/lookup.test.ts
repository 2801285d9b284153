import { expect, it } from 'vitest'
import { lookupOf } from './lookup'
import { firstModel } from './testing'

it('finds nodes by id, and wires by either end, in the order of the document', () => {
  const { graph } = firstModel()
  const { nodes, entering, leaving } = lookupOf(graph)
  expect(nodes.size).toBe(graph.nodes.length)
  for (const { id } of graph.nodes) {
    expect(nodes.get(id)).toBe(graph.nodes.find((node) => node.id === id))
    expect(entering.get(id) ?? []).toEqual(graph.edges.filter(({ to }) => to.node === id))
    expect(leaving.get(id) ?? []).toEqual(graph.edges.filter(({ from }) => from.node === id))
  }
})

it('gives the first node of a duplicate id, and is cached per graph', () => {
  const { graph } = firstModel()
  const [first] = graph.nodes
  const twice = { ...graph, nodes: [...graph.nodes, { ...first!, position: { x: 1, y: 1 } }] }
  expect(lookupOf(twice).nodes.get(first!.id)).toBe(first)
  expect(lookupOf(twice)).toBe(lookupOf(twice))
  expect(lookupOf(graph)).not.toBe(lookupOf(twice))
})

// @vitest-environment happy-dom
/** Norms of gradients are requested only while shown, placed on a logarithmic scale, and combined for groups. */
import { beforeEach, expect, it, vi } from 'vitest'
import { readyGroups } from '@core/graph/ready-groups'
import { firstModel } from '@core/graph/testing'
import { fakeHost, type FakeHost } from '../testing/fake-host'
import { fakeLook } from '../testing/fake-looks'
import { useAnalysis } from './analysis'
import { useFiles } from './files'
import { useGradientFlow } from './gradient-flow'
import { useRun } from './run'
import { useScope } from './scope'

let host: FakeHost
/** By name without the prefix; all others are missing. */
let norms: Record<string, number>
beforeEach(() => {
  localStorage.clear()
  host = fakeHost()
  norms = { embedding: 2e-5, 'embedding/y': 2e-5, 'multi-head': 3e-3, 'add/y': 0 }
  host.look = (request) => {
    const found = request.values.flatMap(({ name }) => {
      const norm = norms[name.replace('gradientNorm/', '')]
      return norm === undefined ? [] : [[name, { axes: [], shape: [], data: Float32Array.of(norm) }] as const]
    })
    return { ...fakeLook(request), values: Object.fromEntries(found) }
  }
})
async function train(document = firstModel(8, 2)): Promise<ReturnType<typeof useGradientFlow>> {
  useFiles().open(document)
  await vi.waitFor(() => expect(useAnalysis().result?.problems).toEqual([]))
  await useRun().play()
  return useGradientFlow()
}
const wanted = () => host.streams('models.look').flatMap(({ argument }) => argument.look.values.map(({ name }) => name))

it('are requested of all blocks and connected outputs, only while shown', async () => {
  const flow = await train()
  expect(wanted()).toEqual([])
  flow.toggle()
  await vi.waitFor(() => expect(wanted()).toEqual(expect.arrayContaining(['gradientNorm/add', 'gradientNorm/add/y'])))
  expect(wanted()).not.toContain('gradientNorm/classifier/logits')
  flow.toggle()
  await vi.waitFor(() => expect(wanted()).toEqual([]))
  expect(flow.norms.size).toBe(0)
})

it('lie on a scale of whole powers of ten; those of 0 at its lower end', async () => {
  const flow = await train()
  flow.toggle()
  await vi.waitFor(() => expect(flow.decades).toEqual({ low: -5, high: -2 }))
  expect(flow.ofWeights('multi-head')).toBeCloseTo(3e-3, 8)
  expect(flow.share(flow.ofWeights('multi-head')!)).toBeCloseTo((Math.log10(3e-3) + 5) / 3, 5)
  expect(flow.share(flow.ofWeights('embedding')!)).toBeCloseTo(Math.log10(2) / 3, 5)
  expect(flow.ofOutput({ node: 'add', port: 'y' })).toBe(0)
  expect(flow.share(0)).toBe(0)
  expect(flow.ofWeights('add')).toBeNull()
})

it('of similar size look alike: the scale has at least three powers of ten', async () => {
  norms = { embedding: 0.02, 'multi-head': 0.05 }
  const flow = await train()
  flow.toggle()
  await vi.waitFor(() => expect(flow.decades).toEqual({ low: -3, high: 0 }))
})

it('of a group is that of all weights inside; at its output that of the last block behind it', async () => {
  const { graph, ...rest } = firstModel(8, 2)
  const kept = graph.nodes.filter(({ id }) => ['tokens', 'embedding', 'classifier'].includes(id))
  const stack = { id: 'stack', kind: 'group', params: { group: 'transformer-block', repeat: 2 }, position: { x: 0, y: 0 } }
  const edges = [
    { from: { node: 'tokens', port: 'ids' }, to: { node: 'embedding', port: 'ids' } },
    { from: { node: 'embedding', port: 'y' }, to: { node: 'stack', port: 'x' } },
    { from: { node: 'stack', port: 'y' }, to: { node: 'classifier', port: 'x' } },
  ]
  norms = { 'stack.1.attention': 0.03, 'stack.2.attention': 0.04, 'stack.2.add-2/y': 0.5, 'stack.1.add-2/y': 0.7 }
  const flow = await train({ ...rest, graph: { ...graph, nodes: [...kept, stack], edges, groups: readyGroups } })
  flow.toggle()
  await vi.waitFor(() => expect(flow.ofWeights('stack')).toBeCloseTo(0.05, 6))
  expect(flow.ofOutput({ node: 'stack', port: 'y' })).toBe(0.5)
  useScope().enter('stack')
  expect(flow.ofWeights('attention')).toBeCloseTo(0.03, 6)
  expect(flow.ofOutput({ node: 'add-2', port: 'y' })).toBeCloseTo(0.7, 6)
})

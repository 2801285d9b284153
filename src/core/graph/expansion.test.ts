/** Groups that would expand beyond the limits are counted before expansion and refused. */
import { describe, expect, it } from 'vitest'
import type { GraphEdge, GraphNode, GroupDefinition, LabDocument, PortRef } from '../lab/document'
import errorsEn from '../locales/en/errors.json'
import { format } from '../locales/format'
import { analyse } from './analyse'
import { connectionChecker } from './connection'
import { expandGroups } from './expansion'
import { usedGroups } from './group-edits'
import { portsOfNode } from './groups'
import { lab, signature } from './testing'

const position = { x: 0, y: 0 }
const block = (id: string, kind = 'norm'): GraphNode => ({ id, kind, params: {}, position })
const use = (id: string, group: string, repeat = 1): GraphNode => ({ id, kind: 'group', params: { group, repeat }, position })
const port = (node: string, name: string): PortRef => ({ node, port: name })
const wire = (from: string, to: string): GraphEdge => ({ from: port(from, 'y'), to: port(to, 'x') })

/** One block with ports x and y, with overrides. */
const definition = (said: Partial<GroupDefinition> = {}): GroupDefinition => ({
  title: 'Group',
  nodes: [block('norm')],
  edges: [],
  inputs: [{ name: 'x', to: [port('norm', 'x')] }],
  outputs: [{ name: 'y', from: port('norm', 'y') }],
  params: [],
  ...said,
})

/** tokens → embedding → the groups' first use → classifier. */
function model(groups: Readonly<Record<string, GroupDefinition>>, repeat = 1): LabDocument {
  const flat = lab(['tokens', ['embedding', { width: 8 }], 'classifier'], ['tokens.ids > embedding.ids'])
  const node = use('g', Object.keys(groups)[0]!, repeat)
  const edges = [...flat.graph.edges, wire('embedding', 'g'), wire('g', 'classifier')]
  return { ...flat, graph: { nodes: [...flat.graph.nodes, node], edges, groups } }
}

const held = (group: string) => ({
  nodes: [use('held', group)],
  inputs: [{ name: 'x', to: [port('held', 'x')] }],
  outputs: [{ name: 'y', from: port('held', 'y') }],
})
/** g0 holds g1 holds … holds g(depth), which is `innermost`. */
const nested = (
  depth: number,
  innermost: GroupDefinition,
  around: (group: string) => Partial<GroupDefinition> = held,
): Record<string, GroupDefinition> =>
  Object.fromEntries(
    Array.from({ length: depth + 1 }, (_, level) => [
      `g${level}`,
      level === depth ? innermost : definition(around(`g${level + 1}`)),
    ]),
  )

const tooMany = (document: LabDocument) =>
  analyse(document, signature).problems.filter(({ code }) => code.startsWith('graph.too-many'))

describe('sizes counted before expansion:', () => {
  it('wires, if each of eight groups connects its input ten times to the next', () => {
    const around = (group: string) => ({
      ...held(group),
      inputs: [{ name: 'x', to: Array<PortRef>(10).fill(port('held', 'x')) }],
    })
    const inputs = [{ name: 'x', to: Array<PortRef>(10).fill(port('norm', 'x')) }]
    const [problem, ...others] = tooMany(model(nested(7, definition({ inputs }), around)))
    // 10⁸ into the innermost block, plus the wires from the tokens and to the classifier.
    expect(problem).toEqual({
      code: 'graph.too-many-wires',
      params: { node: 'g', count: 10 ** 8 + 2, most: 16_000 },
      node: 'g',
    })
    expect(others).toEqual([])
    expect(format(errorsEn[problem!.code], problem!.params)).toContain('would have 100000002 wires, but the limit is 16000')
  })

  it('blocks, if repetitions are nested', () => {
    const around = (group: string) => ({ ...held(group), nodes: [use('held', group, 64)] })
    // 64⁴, plus the other three blocks; the group itself is replaced.
    expect(tooMany(model(nested(3, definition(), around), 64))).toMatchObject([
      { code: 'graph.too-many-blocks', params: { node: 'g', count: 64 ** 4 + 3, most: 4000 } },
    ])
    expect(tooMany(model(nested(100, definition(), around)))).toMatchObject([{ params: { count: 1e12 } }])
  })

  it('groups, even without any blocks', () => {
    const around = (group: string) => definition({ nodes: [use('a', group), use('b', group)], inputs: [], outputs: [] })
    const empty = definition({ nodes: [], inputs: [], outputs: [] })
    expect(tooMany(model(nested(20, empty, around)))).toMatchObject([
      { code: 'graph.too-many-groups', params: { node: 'g', count: 2 ** 21 - 1, most: 4000 } },
    ])
  })

  it('ports, if a group with many ports is used often', () => {
    const outputs = Array.from({ length: 500 }, (_, i) => ({ name: `y${i}`, from: port('norm', 'y') }))
    const many = definition({ nodes: Array.from({ length: 64 }, (_, i) => use(`u${i}`, 'g1')), inputs: [], outputs: [] })
    expect(tooMany(model({ g0: many, g1: definition({ outputs }) }))).toMatchObject([
      { code: 'graph.too-many-ports', params: { node: 'g', count: 64 * 501, most: 16_000 } },
    ])
  })

  it('by node: nodes beyond the limit are omitted, and the others are still expanded', () => {
    const document = model({ g0: definition() }, 64)
    const many = Array.from({ length: 70 }, (_, i) => use(`more-${i}`, 'g0', 64))
    const { graph, problems } = expandGroups({ ...document.graph, nodes: [...document.graph.nodes, ...many] })
    // Three blocks and all 71 groups as one node each, of which 62 expand to 64 blocks: 63 × 62 + 74 = 3980.
    expect(problems.map(({ code, node, params }) => [code, node, params['count']])).toEqual(
      Array.from({ length: 9 }, (_, i) => ['graph.too-many-blocks', `more-${i + 61}`, 3980 + 63]),
    )
    expect(graph.nodes).toHaveLength(3 + 62 * 64)
  })

  it('the limit itself is allowed', () => {
    const blocks = Array.from({ length: 3997 }, (_, i) => block(`n${i}`))
    const exactly = model({ g0: definition({ nodes: [...blocks.slice(1), block('norm')] }) })
    expect(expandGroups(exactly.graph).problems).toEqual([])
    const beyond = model({ g0: definition({ nodes: [...blocks, block('norm')] }) })
    expect(expandGroups(beyond.graph).problems).toMatchObject([{ code: 'graph.too-many-blocks', params: { count: 4001 } }])
  })

  it('recursive groups, of which each inner occurrence counts as one block', () => {
    const many = Array.from({ length: 63 }, (_, i) => use(`u${i}`, 'b', 64))
    const circle = {
      a: definition({ nodes: [block('norm'), ...many] }),
      b: definition({ nodes: [block('norm'), use('back', 'a', 64)] }),
    }
    const { problems } = analyse(model(circle), signature)
    expect(problems.filter(({ code }) => code === 'graph.group-in-itself')).toHaveLength(63)
    expect(problems[0]).toMatchObject({ params: { node: 'g.1.u0', group: 'b' }, node: 'g' })
  })
})

describe('deeply nested groups', () => {
  /** Four outputs per group, connected to those of the next. */
  const outputs = (from: string) =>
    Array.from({ length: 4 }, (_, i) => ({ name: `y${i}`, from: port(from, from === 'norm' ? 'y' : `y${i}`) }))
  const deep = (depth: number) =>
    model(nested(depth, definition({ outputs: outputs('norm') }), (group) => ({ ...held(group), outputs: outputs('held') })))

  it('with four outputs each have all their ports', () => {
    const { graph } = deep(12)
    const ports = portsOfNode(graph, graph.nodes.at(-1)!)
    expect([Object.keys(ports!.inputs), Object.keys(ports!.outputs)]).toEqual([['x'], ['y0', 'y1', 'y2', 'y3']])
    expect(analyse(deep(12), signature).nodes['g']?.outputs['y3']).toEqual({
      axes: ['batch', 'token', 'feature'],
      shape: [4, 6, 8],
    })
  })

  it('may be nested thousands deep', () => {
    const { graph } = deep(3000)
    expect(Object.keys(portsOfNode(graph, graph.nodes.at(-1)!)!.outputs)).toHaveLength(4)
    expect(expandGroups(graph).graph.nodes).toHaveLength(4)
    expect(usedGroups(graph, graph.nodes).size).toBe(3001)
  })

  it('have only the ports that lead to a block, if they contain themselves', () => {
    const { graph } = model({
      a: definition({
        nodes: [block('norm'), use('back', 'a')],
        outputs: [...outputs('back'), { name: 'out', from: port('norm', 'y') }],
      }),
    })
    expect(Object.keys(portsOfNode(graph, graph.nodes.at(-1)!)!.outputs)).toEqual(['out'])
  })
})

describe('a cycle of 1,900 blocks in 30 groups', () => {
  const nodes = Array.from({ length: 64 }, (_, i) => block(`n${i}`))
  const edges = nodes.slice(1).map(({ id }, i) => wire(`n${i}`, id))
  const ring = definition({
    nodes,
    edges,
    inputs: [{ name: 'x', to: [port('n0', 'x')] }],
    outputs: [{ name: 'y', from: port('n63', 'y') }],
  })
  const flat = lab(['tokens', 'classifier'], [])
  const uses = Array.from({ length: 30 }, (_, i) => use(`g${i}`, 'ring'))
  const around = uses.map(({ id }, i) => wire(`g${(i + 29) % 30}`, id))
  const document: LabDocument = { ...flat, graph: { nodes: [...flat.graph.nodes, ...uses], edges: around, groups: { ring } } }

  it('is reported once per group, with a few names', () => {
    const circles = analyse(document, signature).problems.filter(({ code }) => code === 'graph.cycle')
    expect(new Set(circles.map(({ node }) => node))).toEqual(new Set(uses.map(({ id }) => id)))
    expect(Math.max(...circles.map(({ params }) => String(params['nodes']).length))).toBeLessThan(100)
  })

  it('does not prevent checking a wire', () => {
    expect(connectionChecker(document, signature)(port('tokens', 'ids'), port('classifier', 'x'))?.code).toBe(
      'graph.wrong-axes',
    )
  })
})

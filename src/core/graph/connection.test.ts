/** Checks of a dragged wire give the same results as analysing the graph with that wire. */
import { describe, expect, it } from 'vitest'
import type { GraphNode, GroupDefinition, LabDocument, PortRef } from '../lab/document'
import { analyse } from './analyse'
import type { Diagnostic } from './analysis'
import { connectionChecker } from './connection'
import { applyEdit, insideOf, outside, type Edit } from './edit'
import { portsOfNode } from './groups'
import { firstModel, fullSignature, lab, signature } from './testing'

const port = (text: string): PortRef => {
  const [node = '', name = ''] = text.split('.')
  return { node, port: name }
}

describe('a wire being dragged', () => {
  const check = connectionChecker(
    lab(
      ['tokens', ['embedding', { width: 8 }], ['linear', { width: 12 }], 'add', 'norm', 'classifier'],
      ['tokens.ids > embedding.ids', 'embedding.y > linear.x', 'embedding.y > add.a'],
    ),
    signature,
  )
  const refusal = (from: string, to: string) => check(port(from), port(to))?.code ?? null

  it('is accepted where it fits', () => {
    expect(refusal('embedding.y', 'norm.x')).toBeNull()
    expect(refusal('embedding.y', 'add.b')).toBeNull()
    expect(refusal('norm.y', 'classifier.x')).toBeNull()
  })

  it('is refused with the reason elsewhere', () => {
    expect(refusal('tokens.ids', 'classifier.x')).toBe('graph.wrong-axes')
    expect(refusal('linear.y', 'add.b')).toBe('graph.size-mismatch')
    expect(refusal('linear.y', 'embedding.ids')).toBe('graph.cycle')
    expect(refusal('norm.y', 'norm.x')).toBe('graph.cycle')
  })

  it('is refused at unknown ports and blocks', () => {
    expect(refusal('embedding.y', 'norm.toString')).toBe('graph.unknown-port')
    expect(refusal('embedding.constructor', 'norm.x')).toBe('graph.unknown-port')
    expect(refusal('embedding.y', 'ghost.x')).toBe('graph.unknown-node')
  })

  it('is refused if a block further downstream would not fit', () => {
    const chain = lab(
      ['tokens', ['embedding', { width: 8 }], ['linear', { width: 12 }], 'norm', 'dropout', 'add', 'classifier'],
      [
        ...['tokens.ids > embedding.ids', 'embedding.y > linear.x', 'embedding.y > norm.x', 'norm.y > dropout.x'],
        ...['dropout.y > add.a', 'embedding.y > add.b', 'add.y > classifier.x'],
      ],
    )
    expect(connectionChecker(chain, signature)(port('linear.y'), port('norm.x'))).toMatchObject({
      code: 'graph.size-mismatch',
      node: 'add',
      params: { left: 12, right: 8 },
    })
  })

  it('is not refused for earlier problems, nor for problems of other kinds', () => {
    const broken = lab(
      ['tokens', ['embedding', { width: 8 }], ['linear', { width: 12 }], 'add', ['multi-head', { heads: 5 }], 'classifier'],
      ['tokens.ids > embedding.ids', 'embedding.y > linear.x', 'embedding.y > add.a', 'linear.y > add.b'],
    )
    expect(connectionChecker(broken, signature)(port('embedding.y'), port('multi-head.x'))).toBeNull()
    expect(connectionChecker(broken, signature)(port('embedding.y'), port('classifier.x'))).toBeNull()
  })
})

const use = (id: string, group: string, repeat = 1): GraphNode => ({
  id,
  kind: 'group',
  params: { group, repeat },
  position: { x: 0, y: 0 },
})
const inner: GroupDefinition = {
  title: 'Two inputs',
  nodes: [
    { id: 'wide', kind: 'linear', params: { width: 8 }, position: { x: 0, y: 0 } },
    { id: 'sum', kind: 'add', params: {}, position: { x: 0, y: 0 } },
    { id: 'loose', kind: 'norm', params: {}, position: { x: 0, y: 0 } },
  ],
  edges: [{ from: port('wide.y'), to: port('sum.a') }],
  inputs: [
    { name: 'x', to: [port('wide.x')] },
    { name: 'y', to: [port('sum.b')] },
  ],
  outputs: [{ name: 'out', from: port('sum.y') }],
  params: [],
}
const outer: GroupDefinition = {
  title: 'Holds the other',
  nodes: [
    use('held', 'inner', 2),
    { id: 'norm', kind: 'norm', params: {}, position: { x: 0, y: 0 } },
    { id: 'wide', kind: 'linear', params: { width: 12 }, position: { x: 0, y: 0 } },
  ],
  edges: [{ from: port('held.out'), to: port('norm.x') }],
  inputs: [{ name: 'x', to: [port('held.x'), port('held.y'), port('wide.x')] }],
  outputs: [{ name: 'y', from: port('norm.y') }],
  params: [],
}

function withGroups(): LabDocument {
  const flat = lab(
    ['tokens', ['embedding', { width: 8 }], ['linear', { width: 6 }], 'pool', 'classifier'],
    ['tokens.ids > embedding.ids', 'embedding.y > linear.x', 'embedding.y > pool.x', 'group.y > classifier.x'],
  )
  const graph = { ...flat.graph, nodes: [...flat.graph.nodes, use('group', 'outer')], groups: { inner, outer } }
  return { ...flat, graph: { ...graph, edges: [...graph.edges, { from: port('embedding.y'), to: port('group.x') }] } }
}

const kinds = ['numbers', 'multi-head', 'cross-attention', 'recurrent', 'concat', 'slice', 'softmax', 'weighted-sum']
const everything = (): LabDocument =>
  lab(
    ['tokens', ['embedding', { width: 8 }], ['linear', { width: 12 }], 'add', 'dot-products', 'pool', ...kinds, 'classifier'],
    ['tokens.ids > embedding.ids', 'embedding.y > linear.x', 'embedding.y > add.a', 'linear.y > concat.a'],
  )
const inACircle = (): LabDocument =>
  lab(
    ['tokens', ['embedding', { width: 8 }], ['linear', { width: 12 }], 'add', 'norm', 'time-crystal', 'classifier'],
    [
      ...['tokens.ids > embedding.ids', 'embedding.y > linear.x', 'linear.y > add.a', 'norm.y > add.b', 'add.y > norm.x'],
      ...['add.y > classifier.x', 'time-crystal.y > norm.y'],
    ],
  )

describe('every possible wire gets the result of a full analysis', () => {
  const refusing = ['wrong-axes', 'size-mismatch', 'length-mismatch', 'unknown-port', 'unknown-node'].map(
    (code) => `graph.${code}`,
  )
  const same = (problem: Diagnostic) => JSON.stringify([problem.code, problem.node, problem.port, problem.params])

  function byAnalysis(document: LabDocument, edit: Edit): readonly Diagnostic[] {
    const before = new Set(analyse(document, fullSignature('tokens')).problems.map(same))
    const { problems } = analyse(applyEdit(document, edit), fullSignature('tokens'))
    return problems.filter((problem) => refusing.includes(problem.code) && !before.has(same(problem)))
  }

  it.each<[string, LabDocument, string | null]>([
    ['in a whole model', firstModel(), null],
    ['with blocks of many kinds', everything(), null],
    ['beside a cycle and an unknown block', inACircle(), null],
    ['beside groups', withGroups(), null],
    ['inside a group', withGroups(), 'inner'],
    ['inside a group that holds another', withGroups(), 'outer'],
  ])('%s', { timeout: 120_000 }, (_, document, group) => {
    const { graph } = group === null ? document : insideOf(document, document.graph.groups![group]!)
    const ends = (side: 'inputs' | 'outputs'): PortRef[] => [
      ...graph.nodes.flatMap((node) =>
        Object.keys(portsOfNode(graph, node)?.[side] ?? {}).map((name) => ({ node: node.id, port: name })),
      ),
      ...(group === null ? [] : [{ node: outside, port: side === 'inputs' ? 'fresh' : 'x' }]),
    ]
    const check = connectionChecker(document, fullSignature('tokens'), group)
    let [refused, taken] = [0, 0]
    for (const from of ends('outputs')) {
      for (const to of ends('inputs').filter(({ node }) => node !== from.node)) {
        const said = check(from, to)
        if (said?.code === 'graph.cycle') continue
        const connect: Edit = { type: 'connect', from, to }
        const expected = byAnalysis(document, group === null ? connect : { type: 'inGroup', group, edit: connect })
        expect({ from, to, said: said && expected.map(same).includes(same(said)) }).toEqual({
          from,
          to,
          said: expected.length > 0 ? true : null,
        })
        if (said) refused++
        else taken++
      }
    }
    expect(Math.min(refused, taken)).toBeGreaterThan(0)
  })
})

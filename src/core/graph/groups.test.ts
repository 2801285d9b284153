/** Groups: expansion, errors, and the edits that create and dissolve them. */
import { describe, expect, it } from 'vitest'
import { labDocument, type Graph, type GroupDefinition, type LabDocument } from '../lab/document'
import { parseLab } from '../lab/read'
import { analyse } from './analyse'
import { compile } from './compile'
import { applyEdit, insideOf } from './edit'
import { groupEdit, ungroupEdit, unusedGroups } from './group-edits'
import { expandGroups } from './expansion'
import { portsOfNode } from './groups'
import { lab, signature } from './testing'

/** Norm and feed-forward as a group; the model around it. */
const residual: GroupDefinition = {
  title: 'Residual feed-forward',
  nodes: [
    { id: 'norm', kind: 'norm', params: {}, position: { x: 0, y: 0 } },
    { id: 'ffn', kind: 'feed-forward', params: { hidden: 16 }, position: { x: 200, y: 0 } },
    { id: 'add', kind: 'add', params: {}, position: { x: 400, y: 0 } },
  ],
  edges: [
    { from: { node: 'norm', port: 'y' }, to: { node: 'ffn', port: 'x' } },
    { from: { node: 'ffn', port: 'y' }, to: { node: 'add', port: 'b' } },
  ],
  inputs: [
    {
      name: 'x',
      to: [
        { node: 'norm', port: 'x' },
        { node: 'add', port: 'a' },
      ],
    },
  ],
  outputs: [{ name: 'y', from: { node: 'add', port: 'y' } }],
  params: [{ name: 'hidden', node: 'ffn', param: 'hidden' }],
}

const frame = (middle: readonly string[], wires: readonly string[]): LabDocument =>
  lab(['tokens', ['embedding', { width: 8 }], ...middle, 'classifier'], ['tokens.ids > embedding.ids', ...wires])

function grouped(params: Readonly<Record<string, unknown>> = {}, definition: GroupDefinition = residual): LabDocument {
  const document = frame([], [])
  const node = { id: 'g', kind: 'group', params: { group: 'residual', repeat: 1, ...params }, position: { x: 0, y: 0 } }
  return labDocument.parse({
    ...document,
    graph: {
      nodes: [...document.graph.nodes, node],
      edges: [
        ...document.graph.edges,
        { from: { node: 'embedding', port: 'y' }, to: { node: 'g', port: 'x' } },
        { from: { node: 'g', port: 'y' }, to: { node: 'classifier', port: 'x' } },
      ],
      groups: { residual: definition },
    },
  })
}

const problems = (document: LabDocument) => analyse(document, signature).problems
/** Everything in a program except node names. */
const skeleton = (document: LabDocument): unknown => {
  const { ops, states, outputs } = compile(document, signature, { mode: 'train' })
  return {
    ops: ops.map(({ kind, inputs, output, attributes }) => [kind, inputs.map(({ id }) => id), output.shape, attributes]),
    states: states.map(({ value, role, initialiser }) => [value.shape, role, initialiser]),
    outputs: [...outputs.keys()],
  }
}

describe('a group', () => {
  it('compiles to the same program as its blocks', () => {
    const written = frame(
      ['norm', ['feed-forward as ffn', { hidden: 16 }] as unknown as string, 'add'],
      ['embedding.y > norm.x', 'norm.y > ffn.x', 'embedding.y > add.a', 'ffn.y > add.b', 'add.y > classifier.x'],
    )
    expect(skeleton(grouped())).toEqual(skeleton(written))
  })

  it('repeated, feeds each repetition into the next, with separate weights', () => {
    const { graph } = expandGroups(grouped({ repeat: 3 }).graph)
    expect(graph.nodes.map(({ id }) => id)).toContain('g.3.ffn')
    expect(graph.edges).toContainEqual({ from: { node: 'g.1.add', port: 'y' }, to: { node: 'g.2.norm', port: 'x' } })
    expect(graph.edges).toContainEqual({ from: { node: 'g.3.add', port: 'y' }, to: { node: 'classifier', port: 'x' } })
    const [once, thrice] = [grouped(), grouped({ repeat: 3 })].map(
      (document) => analyse(document, signature).nodes['g']!.parameters,
    )
    expect(thrice).toBe(3 * once!)
  })

  it('gives each use its own value of an exposed setting', () => {
    const hidden = (document: LabDocument) =>
      expandGroups(document.graph).graph.nodes.find(({ id }) => id === 'g.1.ffn')?.params['hidden']
    expect(hidden(grouped())).toBe(16)
    expect(hidden(grouped({ hidden: 24 }))).toBe(24)
  })

  it('freezes every weight inside if frozen', () => {
    const document = grouped()
    const frozen = { ...document.graph, nodes: document.graph.nodes.map((node) => ({ ...node, frozen: node.id === 'g' })) }
    const { states } = compile({ ...document, graph: frozen }, signature, { mode: 'train' })
    const trained = states.filter(({ role, trainable }) => role === 'weight' && trainable)
    expect(trained.map(({ block }) => block).filter((block) => block.startsWith('g.'))).toEqual([])
  })

  it('has the ports and shapes of its inner blocks', () => {
    const document = grouped({ repeat: 2 })
    const node = document.graph.nodes.find(({ id }) => id === 'g')!
    const ports = portsOfNode(document.graph, node)
    expect([Object.keys(ports!.inputs), Object.keys(ports!.outputs)]).toEqual([['x'], ['y']])
    expect(analyse(document, signature).nodes['g']!.outputs['y']).toEqual({
      axes: ['batch', 'token', 'feature'],
      shape: [4, 6, 8],
    })
  })

  it('may contain other groups', () => {
    const document = grouped({ group: 'pair' })
    const use = (id: string) => ({ id, kind: 'group', params: { group: 'residual', repeat: 2 }, position: { x: 0, y: 0 } })
    const pair: GroupDefinition = {
      title: 'Pair',
      nodes: [use('first'), use('second')],
      edges: [{ from: { node: 'first', port: 'y' }, to: { node: 'second', port: 'x' } }],
      inputs: [{ name: 'x', to: [{ node: 'first', port: 'x' }] }],
      outputs: [{ name: 'y', from: { node: 'second', port: 'y' } }],
      params: [],
    }
    const nested = applyEdit(document, { type: 'setGroup', group: 'pair', definition: pair })
    expect(problems(nested)).toEqual([])
    const ids = expandGroups(nested.graph).graph.nodes.map(({ id }) => id)
    expect(ids).toContain('g.1.second.2.ffn')
    expect(analyse(nested, signature).nodes['g']!.outputs['y']!.shape).toEqual([4, 6, 8])
  })

  it('survives saving and reading', () => {
    const document = grouped({ repeat: 2 })
    expect(parseLab(JSON.stringify(document))).toEqual(document)
  })
})

describe('an invalid group', () => {
  it('is reported if its definition is missing', () => {
    expect(problems(grouped({ group: 'lost' }))).toContainEqual({
      code: 'graph.unknown-group',
      params: { node: 'g', group: 'lost' },
      node: 'g',
    })
    expect(problems(grouped({ group: 'constructor' })).map(({ code }) => code)).toContain('graph.unknown-group')
  })

  it('must not contain itself, at any depth', () => {
    const inner = { id: 'again', kind: 'group', params: { group: 'residual' }, position: { x: 0, y: 0 } }
    const endless = grouped({}, { ...residual, nodes: [...residual.nodes, inner] })
    expect(problems(endless)).toContainEqual({
      code: 'graph.group-in-itself',
      params: { node: 'g.1.again', group: 'residual' },
      node: 'g',
    })
  })

  it('must not expand beyond the limits', () => {
    const nodes = Array.from({ length: 100 }, (_, i) => ({ ...residual.nodes[0]!, id: `n${i}` }))
    const large = grouped({ repeat: 64 }, { ...residual, nodes: [...residual.nodes, ...nodes] })
    expect(problems(large).map(({ code }) => code)).toContain('graph.too-many-blocks')
  })

  it('cannot be repeated without an input or an output; the repair is a single use', () => {
    const document = grouped({ repeat: 2 }, { ...residual, outputs: [] })
    const problem = problems(document).find(({ code }) => code === 'graph.group-not-repeatable')
    const repaired = applyEdit(document, problem!.repair!.edit)
    expect(problems(repaired).map(({ code }) => code)).not.toContain('graph.group-not-repeatable')
  })

  it('reports an inner problem once, at the group, and repairs it inside', () => {
    const nodes = residual.nodes.map((node) => (node.id === 'norm' ? { ...node, params: { epsilon: -1 } } : node))
    const document = grouped({ repeat: 3 }, { ...residual, nodes })
    const found = problems(document).filter(({ code }) => code === 'param.invalid')
    expect(found.map(({ node, params }) => [node, params['node']])).toEqual([['g', 'g.1.norm']])
    expect(problems(applyEdit(document, found[0]!.repair!.edit))).toEqual([])
  })

  it('repairs an exposed setting at the use', () => {
    const document = grouped({ hidden: -4 })
    const [problem] = problems(document)
    const repaired = applyEdit(document, problem!.repair!.edit)
    expect(repaired.graph.groups).toEqual(document.graph.groups)
    expect(problems(repaired)).toEqual([])
  })

  it('names its own unconnected port', () => {
    const document = grouped()
    const unplugged = applyEdit(document, { type: 'disconnect', to: { node: 'g', port: 'x' } })
    expect(problems(unplugged).filter(({ code }) => code === 'graph.missing-input')).toMatchObject([{ node: 'g', port: 'x' }])
  })

  it('drops a wire to a removed port, with a repair', () => {
    const document = grouped({}, { ...residual, inputs: [{ ...residual.inputs[0]!, name: 'other' }] })
    const lost = problems(document).find(({ code }) => code === 'graph.unknown-port')
    expect(lost).toMatchObject({ node: 'g', port: 'x' })
    expect(applyEdit(document, lost!.repair!.edit).graph.edges.some(({ to }) => to.node === 'g')).toBe(false)
  })
})

describe('grouping', () => {
  const document = lab(
    ['tokens', ['embedding', { width: 8 }], 'norm', ['feed-forward', { hidden: 16 }], 'add', 'classifier'],
    [
      'tokens.ids > embedding.ids',
      'embedding.y > norm.x',
      'embedding.y > add.a',
      'norm.y > feed-forward.x',
      'feed-forward.y > add.b',
      'add.y > classifier.x',
    ],
  )
  const sorted = (graph: Graph) => ({
    nodes: graph.nodes.map(({ id, kind, params }) => ({ id, kind, params })).toSorted((a, b) => a.id.localeCompare(b.id)),
    edges: graph.edges.map((edge) => JSON.stringify(edge)).toSorted(),
  })

  it('makes one input per source and one output per port used outside', () => {
    const made = groupEdit(document, ['norm', 'feed-forward', 'add'], 'Residual')!
    const after = applyEdit(document, made.edit)
    const definition = after.graph.groups![made.group]!
    expect(definition.inputs).toEqual([
      {
        name: 'x',
        to: [
          { node: 'norm', port: 'x' },
          { node: 'add', port: 'a' },
        ],
      },
    ])
    expect(definition.outputs).toEqual([{ name: 'y', from: { node: 'add', port: 'y' } }])
    expect(skeleton(after)).toEqual(skeleton(document))
  })

  it('numbers ports of equal names', () => {
    const after = applyEdit(document, groupEdit(document, ['feed-forward', 'add'], 'Two in')!.edit)
    expect(Object.values(after.graph.groups!)[0]!.inputs.map(({ name }) => name)).toEqual(['a', 'x'])
    const both = applyEdit(document, groupEdit(document, ['embedding', 'norm'], 'Two out')!.edit)
    expect(Object.values(both.graph.groups!)[0]!.outputs.map(({ name }) => name)).toEqual(['y', 'y2'])
  })

  it('is reversed by ungrouping', () => {
    const made = groupEdit(document, ['norm', 'feed-forward', 'add'], 'Residual')!
    const after = applyEdit(document, made.edit)
    const back = applyEdit(after, ungroupEdit(after, made.node)!.edit)
    expect(sorted(back.graph)).toEqual(sorted(document.graph))
    expect(unusedGroups(back)).toEqual([made.group])
  })

  it('ungrouping a repeated group gives all repetitions', () => {
    const repeated = grouped({ repeat: 3 })
    const back = applyEdit(repeated, ungroupEdit(repeated, 'g')!.edit)
    expect(back.graph.nodes.filter(({ kind }) => kind === 'feed-forward')).toHaveLength(3)
    expect(skeleton(back)).toEqual(skeleton(repeated))
  })

  it('of no nodes, or ungrouping a block, gives no edit', () => {
    expect(groupEdit(document, ['nowhere'], '')).toBeNull()
    expect(ungroupEdit(document, 'norm')).toBeNull()
  })

  it('inside a group affects every use, and drops unconnected ports', () => {
    const after = applyEdit(grouped(), {
      type: 'inGroup',
      group: 'residual',
      edit: { type: 'removeNodes', nodes: ['ffn', 'add'] },
    })
    expect(after.graph.groups!['residual']).toMatchObject({
      inputs: [{ name: 'x', to: [{ node: 'norm', port: 'x' }] }],
      outputs: [],
      params: [],
    })
  })

  it('works inside a group too', () => {
    const outer = grouped()
    const inside = insideOf(outer, residual)
    const { edit } = groupEdit(inside, ['norm', 'ffn'], 'Branch')!
    const after = applyEdit(outer, { type: 'inGroup', group: 'residual', edit })
    expect(Object.keys(after.graph.groups!)).toEqual(['residual', 'group'])
    expect(skeleton(after)).toEqual(skeleton(outer))
  })
})

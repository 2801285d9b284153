import { describe, expect, it } from 'vitest'
import { graphDiff } from '../graph/diff'
import { emptyLab } from './empty'
import { training, type GraphNode, type LabDocument } from './document'
import { settingsDiff } from './settings-diff'

const node = (id: string, kind: string, params = {}): GraphNode => ({ id, kind, params, position: { x: 0, y: 0 } })
const wire = (from: string, to: string) => ({ from: { node: from, port: 'y' }, to: { node: to, port: 'x' } })
const base: LabDocument = {
  ...emptyLab('base'),
  task: { kind: 'reverse', params: { length: 8 } },
  graph: {
    nodes: [node('embedding', 'embedding', { width: 8 }), node('norm', 'norm'), node('out', 'classifier')],
    edges: [wire('embedding', 'norm'), wire('norm', 'out')],
  },
}
const trained = (change: object): LabDocument => ({ ...base, training: training.parse({ ...base.training, ...change }) })
const withNodes = (...nodes: GraphNode[]): LabDocument => ({ ...base, graph: { ...base.graph, nodes } })
const named = (labs: readonly LabDocument[]) =>
  settingsDiff(labs).map(({ place, path, name, values }) => [[place, ...path, name].join('/'), ...values])

describe('the difference of settings', () => {
  it('is empty for labs that train the same, whatever they are called and wherever their blocks are', () => {
    const moved = base.graph.nodes.map((each) => ({ ...each, name: 'x', position: { x: 9, y: 9 } }))
    expect(named([base, { ...withNodes(...moved), title: 'other' }])).toEqual([])
    expect(named([])).toEqual([])
  })

  it('names only what differs, with the value of each lab', () => {
    expect(named([base, trained({ seed: 7, batchSize: 64 }), trained({ seed: 8 })])).toEqual([
      ['training/batchSize', 32, 64, 32],
      ['training/seed', 1, 7, 8],
    ])
  })

  it('looks into settings inside settings, and shows what an option lacks', () => {
    const sgd = trained({ optimiser: { kind: 'sgd', momentum: 0.9 } })
    const found = named([base, sgd])
    expect(found).toContainEqual(['training/optimiser.kind', 'adamw', 'sgd'])
    expect(found).toContainEqual(['training/optimiser.beta1', 0.9, undefined])
    expect(found).toContainEqual(['training/optimiser.momentum', undefined, 0.9])
  })

  it('compares the task', () => {
    const longer = { ...base, task: { kind: 'reverse', params: { length: 12 } } }
    expect(named([base, longer])).toEqual([['task/length', 8, 12]])
    expect(named([base, { ...base, task: { kind: 'sort', params: {} } }])[0]).toEqual(['task/kind', 'reverse', 'sort'])
  })

  it('compares the blocks that labs share, and counts a default like the same value written', () => {
    const [embedding, norm, out] = base.graph.nodes as [GraphNode, GraphNode, GraphNode]
    const wider = withNodes({ ...embedding, params: { width: 16 } }, { ...norm, frozen: true }, out)
    expect(named([base, wider])).toEqual([
      ['block/embedding/width', 8, 16],
      ['block/norm/frozen', false, true],
    ])
    expect(named([base, withNodes(embedding, { ...norm, params: { kind: 'layer' } }, out)])).toEqual([])
    // A block that one lab lacks is a difference of the graphs.
    expect(named([base, withNodes(embedding, out)])).toEqual([])
  })
})

describe('the difference of graphs', () => {
  const marks = (a: LabDocument, b: LabDocument) => {
    const { before, after } = graphDiff(a.graph, b.graph)
    return {
      before: Object.fromEntries(before.nodes),
      after: Object.fromEntries(after.nodes),
      gone: [...before.wires],
      come: [...after.wires],
    }
  }
  it('marks nothing where only places and names differ', () => {
    const moved = base.graph.nodes.map((each) => ({ ...each, name: 'x', position: { x: 9, y: 9 } }))
    expect(marks(base, withNodes(...moved))).toEqual({ before: {}, after: {}, gone: [], come: [] })
  })

  it('marks removed, added and changed blocks, and wires', () => {
    const [embedding, , out] = base.graph.nodes as [GraphNode, GraphNode, GraphNode]
    const other: LabDocument = {
      ...base,
      graph: {
        nodes: [{ ...embedding, params: { width: 16 } }, node('drop', 'dropout'), out],
        edges: [wire('embedding', 'drop'), wire('drop', 'out')],
      },
    }
    expect(marks(base, other)).toEqual({
      before: { embedding: 'changed', norm: 'removed' },
      after: { embedding: 'changed', drop: 'added' },
      gone: ['embedding.y norm.x', 'norm.y out.x'],
      come: ['embedding.y drop.x', 'drop.y out.x'],
    })
  })

  it('takes a block of another kind for another block, even with the same id', () => {
    const [embedding, , out] = base.graph.nodes as [GraphNode, GraphNode, GraphNode]
    expect(marks(base, withNodes(embedding, node('norm', 'dropout'), out))).toMatchObject({
      before: { norm: 'removed' },
      after: { norm: 'added' },
    })
  })

  it('marks each use of a group whose inside differs', () => {
    const definition = (width: number) => ({
      title: 'G',
      nodes: [node('inner', 'embedding', { width })],
      ...{ edges: [], inputs: [], outputs: [], params: [] },
    })
    const grouped = (width: number): LabDocument => ({
      ...base,
      graph: { nodes: [node('use', 'group', { group: 'g' })], edges: [], groups: { g: definition(width) } },
    })
    expect(marks(grouped(8), grouped(8)).before).toEqual({})
    expect(marks(grouped(8), grouped(16)).before).toEqual({ use: 'changed' })
    expect(named([grouped(8), grouped(16)])).toEqual([['block/g/inner/width', 8, 16]])
  })
})

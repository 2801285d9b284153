/** Per-weight settings of a node apply to those weights only. */
import { describe, expect, it } from 'vitest'
import { analyse } from './analyse'
import { compile } from './compile'
import type { GraphNode, LabDocument } from '../lab/document'
import { readLab } from '../lab/read'
import { initialise } from '../random/initialisers'
import { firstModel, signature } from './testing'

function withWeights(weights: GraphNode['weights']): LabDocument {
  const document = firstModel()
  const nodes = document.graph.nodes.map((node) => (node.id === 'multi-head' ? { ...node, weights } : node))
  return { ...document, graph: { ...document.graph, nodes } }
}
const stateOf = (document: LabDocument, name: string) =>
  compile(document, signature, { mode: 'train' }).states.find((state) => state.name === name)

describe('the initialiser of a single weight', () => {
  const document = withWeights({ query: { initialiser: { kind: 'orthogonal', gain: 2 } } })

  it('replaces that of the block', () => {
    expect(stateOf(document, 'multi-head/query')?.initialiser).toEqual({ kind: 'orthogonal', gain: 2 })
    expect(stateOf(document, 'multi-head/key')?.initialiser).toEqual({ kind: 'xavier' })
  })

  it('is scaled by its gain: columns of norm 2', () => {
    const state = stateOf(document, 'multi-head/query')!
    const values = initialise(state.initialiser, state.value.shape, 1, state.name)
    const [rows = 0, columns = 0] = state.value.shape
    const column = Array.from({ length: rows }, (_, row) => values[row * columns] ?? NaN)
    expect(Math.hypot(...column)).toBeCloseTo(2, 6)
  })

  it('is saved with the lab', () => {
    expect(readLab(JSON.parse(JSON.stringify(document)))).toEqual(document)
  })

  it('must fit the shape: a bias is not a matrix', () => {
    const impossible = withWeights({ 'query-bias': { initialiser: { kind: 'identity', gain: 1 } } })
    const [problem] = analyse(impossible, signature).problems
    expect(problem).toMatchObject({
      code: 'graph.not-a-matrix',
      node: 'multi-head',
      params: { weight: 'query-bias', initialiser: 'identity' },
    })
  })
})

it('a frozen weight is not trained, its neighbours are', () => {
  const train = compile(withWeights({ query: { frozen: true } }), signature, { mode: 'train' })
  expect(train.updates.has('multi-head/query')).toBe(false)
  expect(train.updates.has('multi-head/key')).toBe(true)
})

/** Edits are pure, and undo and redo work over any number of them. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyEdit, duplicateEdit, freshId, type Edit } from './edit'
import { labDocument, type LabDocument } from '../lab/document'
import { record, redo, startHistory, undo } from './history'
import { firstModel, lab } from './testing'

describe('edits', () => {
  it('never mutate the document', () => {
    const document = firstModel()
    const before = structuredClone(document)
    applyEdit(document, { type: 'removeNodes', nodes: ['norm'] })
    applyEdit(document, { type: 'setParam', node: 'embedding', param: 'width', value: 4 })
    expect(document).toEqual(before)
  })

  it.each<Edit>([
    { type: 'moveNodes', positions: {} },
    { type: 'removeNodes', nodes: ['unknown'] },
    { type: 'disconnect', to: { node: 'tokens', port: 'nowhere' } },
    { type: 'setTraining', training: { learningRate: firstModel().training.learningRate } },
    { type: 'setName', node: 'norm', name: '' },
    { type: 'setTitle', title: firstModel().title },
    { type: 'batch', edits: [{ type: 'setTask', task: firstModel().task }] },
  ])('without effect return the same document: %j', (edit) => {
    const document = firstModel()
    expect(applyEdit(document, edit)).toBe(document)
  })

  it('remove a block with its wires', () => {
    const { graph } = applyEdit(firstModel(), { type: 'removeNodes', nodes: ['norm'] })
    expect(graph.nodes.map(({ id }) => id)).not.toContain('norm')
    expect(graph.edges.some(({ from, to }) => from.node === 'norm' || to.node === 'norm')).toBe(false)
  })

  it('replace the wire at an input', () => {
    const document = lab(['tokens', 'embedding', 'norm', 'linear'], ['embedding.y > norm.x'])
    const { graph } = applyEdit(document, {
      type: 'connect',
      from: { node: 'linear', port: 'y' },
      to: { node: 'norm', port: 'x' },
    })
    expect(graph.edges).toEqual([{ from: { node: 'linear', port: 'y' }, to: { node: 'norm', port: 'x' } }])
  })

  it('duplicate a selection with its inner wires, under new ids', () => {
    const document = firstModel()
    const { edit, ids } = duplicateEdit(document, ['norm', 'feed-forward'])
    const { graph } = applyEdit(document, edit)
    expect(ids).toEqual(['norm-2', 'feed-forward-2'])
    expect(graph.edges).toContainEqual({
      from: { node: 'norm-2', port: 'y' },
      to: { node: 'feed-forward-2', port: 'x' },
    })
    expect(graph.nodes).toHaveLength(document.graph.nodes.length + 2)
  })

  it('freeze a block or a weight, and leave no trace once unfrozen', () => {
    const document = firstModel()
    const freeze = (weight: string | null, frozen: boolean): Edit => ({ type: 'setFrozen', node: 'norm', weight, frozen })
    const norm = (edited: LabDocument) => edited.graph.nodes.find(({ id }) => id === 'norm')!
    const whole = applyEdit(document, freeze(null, true))
    expect(norm(whole)).toEqual({ ...norm(document), frozen: true })
    const single = applyEdit(applyEdit(document, freeze('gain', true)), freeze('bias', true))
    expect(norm(single)).toEqual({ ...norm(document), weights: { gain: { frozen: true }, bias: { frozen: true } } })
    expect(labDocument.parse(single)).toEqual(single)
    const thawed = [
      applyEdit(whole, freeze(null, false)),
      [freeze('gain', false), freeze('bias', false)].reduce(applyEdit, single),
    ]
    for (const edited of thawed) expect(edited).toEqual(document)
  })

  it('name a block, and leave no trace once the name is removed', () => {
    const document = firstModel()
    const named = applyEdit(document, { type: 'setName', node: 'norm', name: '  First norm ' })
    expect(named.graph.nodes.find(({ id }) => id === 'norm')?.name).toBe('First norm')
    expect(labDocument.parse(named)).toEqual(named)
    expect(applyEdit(named, { type: 'setName', node: 'norm', name: ' ' })).toEqual(document)
    const long = applyEdit(document, { type: 'setName', node: 'norm', name: 'n'.repeat(200) })
    expect(labDocument.safeParse(long).success).toBe(true)
  })

  it('keep the other settings of a weight', () => {
    const document = firstModel()
    const initialiser = { kind: 'orthogonal', gain: 2 }
    const nodes = document.graph.nodes.map((node) =>
      node.id === 'multi-head' ? { ...node, weights: { query: { initialiser } } } : node,
    )
    const special = labDocument.parse({ ...document, graph: { ...document.graph, nodes } })
    const edit = (frozen: boolean): Edit => ({ type: 'setFrozen', node: 'multi-head', weight: 'query', frozen })
    const frozen = applyEdit(special, edit(true))
    expect(frozen.graph.nodes.find(({ id }) => id === 'multi-head')!.weights).toMatchObject({
      query: { frozen: true, initialiser },
    })
    expect(applyEdit(frozen, edit(false))).toEqual(special)
  })

  it('find unused ids', () => {
    expect(freshId(firstModel(), 'norm')).toBe('norm-2')
    expect(freshId(firstModel(), 'linear')).toBe('linear')
  })
})

describe('history', () => {
  const edit = fc.oneof(
    fc.record({ type: fc.constant('removeNodes' as const), nodes: fc.subarray(['norm', 'add', 'position']) }),
    fc.record({
      type: fc.constant('setParam' as const),
      node: fc.constant('embedding'),
      param: fc.constant('width'),
      value: fc.integer({ min: 1, max: 64 }),
    }),
    fc.record({
      type: fc.constant('setFrozen' as const),
      node: fc.constantFrom('embedding', 'norm', 'gone'),
      weight: fc.constantFrom(null, 'table', 'gain'),
      frozen: fc.boolean(),
    }),
    fc.record({ type: fc.constant('setTraining' as const), training: fc.record({ seed: fc.nat(1000) }) }),
  )

  it('undoes and redoes any number of edits', () => {
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 40 }), (edits: Edit[]) => {
        const start = firstModel()
        let history = startHistory(start)
        for (const step of edits) history = record(history, applyEdit(history.present, step))
        const end = history.present
        while (history.past.length > 0) history = undo(history)
        expect(history.present).toBe(start)
        while (history.future.length > 0) history = redo(history)
        expect(history.present).toBe(end)
      }),
    )
  })

  it('stops at both ends, and clears redo on a new edit', () => {
    const history = record(startHistory('a'), 'b')
    expect(undo(undo(history)).present).toBe('a')
    expect(redo(history)).toBe(history)
    expect(redo(record(undo(history), 'c')).present).toBe('c')
    expect(record(history, 'b')).toBe(history)
  })
})

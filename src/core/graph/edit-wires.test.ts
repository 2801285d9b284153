/** Inserting a block into a wire, and removing blocks from one, keeps it connected if the shapes allow it. */
import { describe, expect, it } from 'vitest'
import type { LabDocument } from '../lab/document'
import { connectionChecker } from './connection'
import { applyEdit, type Edit } from './edit'
import { insertionEdit, removalEdit, type Accepts } from './edit-wires'
import { lab, signature } from './testing'

const port = (text: string) => {
  const [node = '', name = ''] = text.split('.')
  return { node, port: name }
}
const wire = (text: string) => {
  const [from = '', to = ''] = text.split(' > ')
  return { from: port(from), to: port(to) }
}
const wiresOf = ({ graph }: LabDocument): string[] =>
  graph.edges.map(({ from, to }) => `${from.node}.${from.port} > ${to.node}.${to.port}`).sort()

const acceptsIn =
  (document: LabDocument): Accepts =>
  (before, from, to) =>
    connectionChecker(applyEdit(document, before), signature)(from, to) === null

const chain = lab(
  ['tokens', ['embedding', { width: 8 }], 'norm', ['linear', { width: 12 }], 'dropout', 'classifier'],
  ['tokens.ids > embedding.ids', 'embedding.y > norm.x', 'norm.y > linear.x', 'linear.y > classifier.x'],
)

describe('a block inserted into a wire', () => {
  const place: Edit = { type: 'moveNodes', positions: { dropout: { x: 40, y: 40 } } }
  const put = (document: LabDocument, id: string, text: string, edit: Edit = place) =>
    insertionEdit(document, edit, id, wire(text), acceptsIn(document))

  it('is connected to both ends, in one edit with its new position', () => {
    const after = applyEdit(chain, put(chain, 'dropout', 'embedding.y > norm.x')!)
    expect(wiresOf(after)).toEqual([
      ...['dropout.y > norm.x', 'embedding.y > dropout.x', 'linear.y > classifier.x', 'norm.y > linear.x'],
      'tokens.ids > embedding.ids',
    ])
    expect(after.graph.nodes.find(({ id }) => id === 'dropout')?.position).toEqual({ x: 40, y: 40 })
  })

  it('may be new', () => {
    const add: Edit = { type: 'addNode', kind: 'activation', id: 'activation', position: { x: 0, y: 0 } }
    const after = applyEdit(chain, put(chain, 'activation', 'norm.y > linear.x', add)!)
    expect(wiresOf(after)).toContain('activation.y > linear.x')
    expect(wiresOf(after)).toContain('norm.y > activation.x')
    expect(wiresOf(after)).not.toContain('norm.y > linear.x')
  })

  it('is not connected if its ports or the shapes downstream do not allow it', () => {
    expect(put(chain, 'dropout', 'tokens.ids > embedding.ids')).toBeNull()
    const sum = lab(
      ['tokens', ['embedding', { width: 8 }], 'norm', 'add', ['linear', { width: 12 }]],
      ['tokens.ids > embedding.ids', 'embedding.y > norm.x', 'norm.y > add.a', 'embedding.y > add.b'],
    )
    const moved: Edit = { type: 'moveNodes', positions: { linear: { x: 40, y: 40 } } }
    expect(put(sum, 'linear', 'norm.y > add.a', moved)).toBeNull()
    expect(put(sum, 'linear', 'embedding.y > norm.x', moved)).toBeNull()
  })

  it('is not connected if it already has wires', () => {
    expect(put(chain, 'norm', 'linear.y > classifier.x')).toBeNull()
  })
})

describe('a block removed from a wire', () => {
  const without = (document: LabDocument, nodes: readonly string[], wires: readonly string[] = []) =>
    wiresOf(applyEdit(document, removalEdit(document, nodes, wires.map(port), acceptsIn(document))!))

  it('leaves the wire connected', () => {
    expect(without(chain, ['norm'])).toEqual([
      ...['embedding.y > linear.x', 'linear.y > classifier.x', 'tokens.ids > embedding.ids'],
    ])
  })
  it('leaves it connected together with its neighbours', () => {
    expect(without(chain, ['norm', 'linear'])).toEqual(['embedding.y > classifier.x', 'tokens.ids > embedding.ids'])
  })
  it('leaves it open if the shapes do not fit', () => {
    expect(without(chain, ['embedding'])).toEqual(['linear.y > classifier.x', 'norm.y > linear.x'])
  })
  it('leaves it open if the block had two inputs', () => {
    const sum = lab(
      ['tokens', ['embedding', { width: 8 }], 'norm', 'add', 'classifier'],
      ['tokens.ids > embedding.ids', 'embedding.y > norm.x', 'norm.y > add.a', 'embedding.y > add.b', 'add.y > classifier.x'],
    )
    expect(without(sum, ['add'])).toEqual(['embedding.y > norm.x', 'tokens.ids > embedding.ids'])
  })
  it('connects its source to all its targets', () => {
    const two = lab(
      ['tokens', ['embedding', { width: 8 }], 'norm', 'add'],
      ['tokens.ids > embedding.ids', 'embedding.y > norm.x', 'norm.y > add.a', 'norm.y > add.b'],
    )
    expect(without(two, ['norm'])).toEqual(['embedding.y > add.a', 'embedding.y > add.b', 'tokens.ids > embedding.ids'])
  })
  it('does not reconnect wires that are removed with it, on either side', () => {
    expect(without(chain, ['norm'], ['norm.x'])).not.toContain('embedding.y > linear.x')
    expect(without(chain, ['norm'], ['linear.x'])).not.toContain('embedding.y > linear.x')
  })
  it('is removed with further wires in one step, none of them twice', () => {
    const edit = removalEdit(chain, ['dropout'], [port('norm.x'), port('dropout.x')], acceptsIn(chain))
    expect(edit).toMatchObject({ type: 'batch', edits: [{ type: 'disconnect' }, { type: 'removeNodes' }] })
  })
  it('gives no edit for an empty selection', () => {
    expect(removalEdit(chain, [], [], acceptsIn(chain))).toBeNull()
  })
})

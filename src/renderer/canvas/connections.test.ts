import { describe, expect, it } from 'vitest'
import { connectionChecker } from '@core/graph/connection'
import { applyEdit } from '@core/graph/edit'
import { signature } from '@core/graph/testing'
import { fittingBlocks, opposites, portsOf, refusal, removal, sourceOf, wireBetween, type Port } from './connections'
import { documentOf, model } from './testing'

const output = (node: string, port: string): Port => ({ node, port, side: 'out' })
const input = (node: string, port: string): Port => ({ node, port, side: 'in' })

describe('ports of a node', () => {
  it('are those of its kind, in order', () => {
    expect(portsOf(model(), 'sum', 'in').map(({ port }) => port)).toEqual(['a', 'b'])
    expect(portsOf(model(), 'tokens', 'in')).toEqual([])
  })
  it('are those its wires name, when the kind is not known', () => {
    const newer = documentOf({ tokens: 'tokens', future: 'mixture' }, ['tokens.ids > future.q', 'tokens.ids > future.k'])
    expect(portsOf(newer, 'future', 'in').map(({ port }) => port)).toEqual(['q', 'k'])
    expect(portsOf(newer, 'future', 'out')).toEqual([])
  })
})

describe('a wire drawn between two ports', () => {
  it('runs from the output to the input, wherever it was begun', () => {
    const wire = { from: { node: 'a', port: 'y' }, to: { node: 'b', port: 'x' } }
    expect(wireBetween(output('a', 'y'), input('b', 'x'))).toEqual(wire)
    expect(wireBetween(input('b', 'x'), output('a', 'y'))).toEqual(wire)
  })
  it('is none between two outputs or two inputs', () => {
    expect(wireBetween(output('a', 'y'), output('b', 'y'))).toBeNull()
    expect(refusal(connectionChecker(model(), signature), output('norm', 'y'), output('sum', 'y'))).toEqual({ sameSide: 'out' })
    expect(refusal(connectionChecker(model(), signature), input('norm', 'x'), input('sum', 'a'))).toEqual({ sameSide: 'in' })
  })
  it('is refused for wrong axes, with the block that refuses', () => {
    expect(refusal(connectionChecker(model(), signature), output('tokens', 'ids'), input('norm', 'x'))).toMatchObject({
      code: 'graph.wrong-axes',
      node: 'norm',
    })
  })
  it('is refused if it would close a circle', () => {
    expect(refusal(connectionChecker(model(), signature), output('sum', 'y'), input('norm', 'x'))).toMatchObject({
      code: 'graph.cycle',
    })
    expect(refusal(connectionChecker(model(), signature), output('norm', 'y'), input('norm', 'x'))).toMatchObject({
      code: 'graph.cycle',
    })
  })
  it('is taken where it fits, from either end', () => {
    expect(refusal(connectionChecker(model(), signature), output('embedding', 'y'), input('norm', 'x'))).toBeNull()
    expect(refusal(connectionChecker(model(), signature), input('norm', 'x'), output('embedding', 'y'))).toBeNull()
  })
  it('may go to any port of the other side, but not to its own block', () => {
    const found = opposites(model(), output('norm', 'y'))
    expect(found.every(({ side, node }) => side === 'in' && node !== 'norm')).toBe(true)
    expect(found).toContainEqual(input('sum', 'b'))
  })
})

describe('blocks that fit a loose wire', () => {
  it('take token ids only where an embedding does', () => {
    expect(fittingBlocks(model(), output('tokens', 'ids')).map(({ kind }) => kind)).toEqual(['embedding'])
  })
  it('do not include a source for features', () => {
    const kinds = fittingBlocks(model(), output('embedding', 'y')).map(({ kind }) => kind)
    expect(kinds).toContain('norm')
    expect(kinds).toContain('classifier')
    expect(kinds).not.toContain('tokens')
    expect(kinds).not.toContain('embedding')
  })
  it('fit an input from the left', () => {
    expect(fittingBlocks(model(), input('embedding', 'ids')).map(({ kind }) => kind)).toEqual(['tokens'])
  })
  it('are added and joined in one edit', () => {
    const before = model()
    const norm = fittingBlocks(before, output('embedding', 'y')).find(({ kind }) => kind === 'norm')
    const { edit, id } = norm!.edit({ x: 40, y: 80 })
    const after = applyEdit(before, edit)
    expect(id).toBe('norm-2')
    expect(after.graph.nodes.at(-1)).toMatchObject({ id, kind: 'norm', position: { x: 40, y: 80 } })
    expect(sourceOf(after, { node: id, port: 'x' })).toEqual({ node: 'embedding', port: 'y' })
    expect(edit.type).toBe('batch')
  })
  it('are none for a kind that is not known', () => {
    expect(fittingBlocks(documentOf({ future: 'mixture' }, []), output('future', 'y'))).toEqual([])
  })
})

describe('deleting', () => {
  it('takes nodes and loose wires in one step, and no wire twice', () => {
    const edit = removal(
      ['norm'],
      [
        { node: 'norm', port: 'x' },
        { node: 'sum', port: 'a' },
      ],
    )
    const after = applyEdit(model(), edit!)
    expect(after.graph.nodes.map(({ id }) => id)).not.toContain('norm')
    expect(sourceOf(after, { node: 'sum', port: 'a' })).toBeUndefined()
    expect(sourceOf(after, { node: 'sum', port: 'b' })).toEqual({ node: 'attention', port: 'y' })
    expect(edit).toMatchObject({ type: 'batch', edits: [{ type: 'disconnect' }, { type: 'removeNodes' }] })
  })
  it('of nothing is no step', () => {
    expect(removal([], [])).toBeNull()
  })
})

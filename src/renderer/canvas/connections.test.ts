import { describe, expect, it } from 'vitest'
import { connectionChecker } from '@core/graph/connection'
import { applyEdit } from '@core/graph/edit'
import { signature } from '@core/graph/testing'
import { fittingBlocks, opposites, plugInto, portsOf, refusal, sourceOf, wireBetween, type Port } from './connections'
import { documentOf, model } from './testing'

const output = (node: string, port: string): Port => ({ node, port, side: 'out' })
const input = (node: string, port: string): Port => ({ node, port, side: 'in' })

describe('ports of a node', () => {
  it('are those of its kind, in order', () => {
    expect(portsOf(model(), 'sum', 'in').map(({ port }) => port)).toEqual(['a', 'b'])
    expect(portsOf(model(), 'tokens', 'in')).toEqual([])
  })
  it('are taken from its wires if the kind is unknown', () => {
    const newer = documentOf({ tokens: 'tokens', future: 'mixture' }, ['tokens.ids > future.q', 'tokens.ids > future.k'])
    expect(portsOf(newer, 'future', 'in').map(({ port }) => port)).toEqual(['q', 'k'])
    expect(portsOf(newer, 'future', 'out')).toEqual([])
  })
})

describe('a wire drawn between two ports', () => {
  it('runs from output to input, whichever end it was started at', () => {
    const wire = { from: { node: 'a', port: 'y' }, to: { node: 'b', port: 'x' } }
    expect(wireBetween(output('a', 'y'), input('b', 'x'))).toEqual(wire)
    expect(wireBetween(input('b', 'x'), output('a', 'y'))).toEqual(wire)
  })
  it('is refused between two outputs or two inputs', () => {
    expect(wireBetween(output('a', 'y'), output('b', 'y'))).toBeNull()
    expect(refusal(connectionChecker(model(), signature), output('norm', 'y'), output('sum', 'y'))).toEqual({ sameSide: 'out' })
    expect(refusal(connectionChecker(model(), signature), input('norm', 'x'), input('sum', 'a'))).toEqual({ sameSide: 'in' })
  })
  it('is refused for mismatched axes, naming the block', () => {
    expect(refusal(connectionChecker(model(), signature), output('tokens', 'ids'), input('norm', 'x'))).toMatchObject({
      code: 'graph.wrong-axes',
      node: 'norm',
    })
  })
  it('is refused if it would form a cycle', () => {
    expect(refusal(connectionChecker(model(), signature), output('sum', 'y'), input('norm', 'x'))).toMatchObject({
      code: 'graph.cycle',
    })
    expect(refusal(connectionChecker(model(), signature), output('norm', 'y'), input('norm', 'x'))).toMatchObject({
      code: 'graph.cycle',
    })
  })
  it('is accepted if it fits, from either end', () => {
    expect(refusal(connectionChecker(model(), signature), output('embedding', 'y'), input('norm', 'x'))).toBeNull()
    expect(refusal(connectionChecker(model(), signature), input('norm', 'x'), output('embedding', 'y'))).toBeNull()
  })
  it('may end at any port of the other side, except on its own block', () => {
    const found = opposites(model(), output('norm', 'y'))
    expect(found.every(({ side, node }) => side === 'in' && node !== 'norm')).toBe(true)
    expect(found).toContainEqual(input('sum', 'b'))
  })
})

describe('blocks that fit a loose wire', () => {
  it('consume token ids only if they read ids', () => {
    expect(fittingBlocks(model(), output('tokens', 'ids')).map(({ kind }) => kind)).toEqual(['embedding', 'segment'])
  })
  it('do not include a source for features', () => {
    const kinds = fittingBlocks(model(), output('embedding', 'y')).map(({ kind }) => kind)
    expect(kinds).toContain('norm')
    expect(kinds).toContain('classifier')
    expect(kinds).not.toContain('tokens')
    expect(kinds).not.toContain('embedding')
  })
  it('can be added in front of an input', () => {
    expect(fittingBlocks(model(), input('embedding', 'ids')).map(({ kind }) => kind)).toEqual(['tokens'])
  })
  it('are added and connected in one edit', () => {
    const before = model()
    const norm = fittingBlocks(before, output('embedding', 'y')).find(({ kind }) => kind === 'norm')
    const { edit, id } = norm!.edit({ x: 40, y: 80 })
    const after = applyEdit(before, edit)
    expect(id).toBe('norm-2')
    expect(after.graph.nodes.at(-1)).toMatchObject({ id, kind: 'norm', position: { x: 40, y: 80 } })
    expect(sourceOf(after, { node: id, port: 'x' })).toEqual({ node: 'embedding', port: 'y' })
    expect(edit.type).toBe('batch')
  })
  it('are empty for an unknown kind', () => {
    expect(fittingBlocks(documentOf({ future: 'mixture' }, []), output('future', 'y'))).toEqual([])
  })
})

describe('a wire dropped on a block', () => {
  const plug = (wires: readonly string[], wire: Port, node: string) => {
    const document = documentOf({ tokens: 'tokens', embedding: 'embedding', norm: 'norm', sum: 'add', table: 'next-token' }, [
      'tokens.ids > embedding.ids',
      ...wires,
    ])
    return plugInto(document, connectionChecker(document, signature), wire, node)
  }
  it('goes to the only input that fits, replacing an existing wire', () => {
    const wire = { wire: { from: { node: 'embedding', port: 'y' }, to: { node: 'norm', port: 'x' } } }
    expect(plug([], output('embedding', 'y'), 'norm')).toEqual(wire)
    expect(plug(['sum.y > norm.x'], output('embedding', 'y'), 'norm')).toEqual(wire)
    expect(plug([], output('embedding', 'table'), 'table')).toMatchObject({ wire: { to: { port: 'table' } } })
  })
  it('goes to the only free input among several', () => {
    const wires = ['embedding.y > sum.a']
    expect(plug(wires, output('embedding', 'y'), 'sum')).toMatchObject({ wire: { to: { node: 'sum', port: 'b' } } })
  })
  it('is not connected if several inputs are free, or none', () => {
    const several = { several: ['a', 'b'], side: 'in' }
    expect(plug([], output('embedding', 'y'), 'sum')).toEqual(several)
    expect(plug(['embedding.y > sum.a', 'norm.y > sum.b'], output('embedding', 'y'), 'sum')).toEqual(several)
  })
  it('is refused with the reason of a single input, and without one if there are several or no inputs', () => {
    expect(plug([], output('tokens', 'ids'), 'norm')).toMatchObject({ none: { code: 'graph.wrong-axes' }, side: 'in' })
    expect(plug([], output('tokens', 'ids'), 'sum')).toEqual({ none: null, side: 'in' })
    expect(plug([], output('embedding', 'y'), 'tokens')).toEqual({ none: null, side: 'in' })
  })
  it('comes from the only matching output if it was started at an input', () => {
    expect(plug([], input('norm', 'x'), 'embedding')).toMatchObject({ wire: { from: { node: 'embedding', port: 'y' } } })
  })
})

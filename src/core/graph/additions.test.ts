import { describe, expect, it } from 'vitest'
import { addGroupEdit } from './additions'
import { analyse } from './analyse'
import { applyEdit } from './edit'
import { exposedName, toggleExposed } from './group-edits'
import { readyGroups } from './ready-groups'
import { firstModel, lab, signature } from './testing'

describe('the transformer block', () => {
  it('is added with its definition, and has the parameters of two norms, attention and feed-forward of its sizes', () => {
    const begun = lab(['tokens', ['embedding', { width: 8 }], 'classifier'], ['tokens.ids > embedding.ids'])
    const added = addGroupEdit(begun, 'transformer-block', { x: 0, y: 0 })!
    const wired = [
      added.edit,
      { type: 'connect', from: { node: 'embedding', port: 'y' }, to: { node: added.id, port: 'x' } },
      { type: 'connect', from: { node: added.id, port: 'y' }, to: { node: 'classifier', port: 'x' } },
    ] as const
    const analysis = analyse(wired.reduce(applyEdit, begun), signature)
    expect(analysis.problems).toEqual([])
    const norms = 2 * (8 + 8)
    const attention = 4 * (8 * 8 + 8)
    const feedForward = 8 * 128 + 128 + 128 * 8 + 8
    expect(analysis.nodes[added.id]?.parameters).toBe(norms + attention + feedForward)
  })

  it('comes from the lab if that has its own version; an unknown group gives null', () => {
    const changed = { ...readyGroups['transformer-block']!, title: 'Mine' }
    const document = applyEdit(firstModel(), { type: 'setGroup', group: 'transformer-block', definition: changed })
    const { edit } = addGroupEdit(document, 'transformer-block', { x: 0, y: 0 })!
    expect(applyEdit(document, edit).graph.groups?.['transformer-block']?.title).toBe('Mine')
    expect(addGroupEdit(document, 'gone', { x: 0, y: 0 })).toBeNull()
  })
})

describe('exposed settings', () => {
  it('get an unused name for one parameter, and are removed again', () => {
    const definition = readyGroups['transformer-block']!
    expect(exposedName(definition, 'attention', 'heads')).toBe('heads')
    const more = toggleExposed(toggleExposed(definition, 'norm', 'kind'), 'norm-2', 'kind')
    expect([exposedName(more, 'norm', 'kind'), exposedName(more, 'norm-2', 'kind')]).toEqual(['kind', 'kind-2'])
    expect(toggleExposed(toggleExposed(more, 'norm', 'kind'), 'norm-2', 'kind')).toEqual(definition)
  })
})

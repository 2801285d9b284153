import { describe, expect, it } from 'vitest'
import { applyEdit, type Edit } from '../graph/edit'
import { groupEdit } from '../graph/group-edits'
import { firstModel } from '../graph/testing'
import type { LabDocument } from './document'
import { sameButSeed, sameExperiment, sameStructure } from './same'

const plain = firstModel()
const grouped = applyEdit(plain, groupEdit(plain, ['norm', 'feed-forward'], 'Group')!.edit)
const inside = (edit: Edit): LabDocument => applyEdit(grouped, { type: 'inGroup', group: 'group', edit })

describe('structure', () => {
  it.each<Edit>([
    { type: 'moveNodes', positions: { norm: { x: 9, y: 9 } } },
    { type: 'setName', node: 'norm', name: 'First norm' },
    { type: 'setTitle', title: 'Another' },
    { type: 'setTraining', training: { steps: 7, learningRate: 0.5 } },
  ])('is the same after %j', (edit) => expect(sameStructure(plain, applyEdit(plain, edit))).toBe(true))

  it.each<Edit>([
    { type: 'setParam', node: 'multi-head', param: 'heads', value: 1 },
    { type: 'setFrozen', node: 'norm', weight: null, frozen: true },
    { type: 'setFrozen', node: 'norm', weight: 'gain', frozen: true },
    { type: 'disconnect', to: { node: 'norm', port: 'x' } },
    { type: 'removeNodes', nodes: ['norm'] },
    { type: 'setTask', task: { kind: 'copy', params: {} } },
    { type: 'setTraining', training: { batchSize: 5 } },
  ])('differs after %j', (edit) => expect(sameStructure(plain, applyEdit(plain, edit))).toBe(false))

  it('does not depend on the order of settings', () => {
    const reordered = plain.graph.nodes.map((node) => ({
      ...node,
      params: Object.fromEntries(Object.entries(node.params).reverse()),
    }))
    expect(sameStructure(plain, { ...plain, graph: { ...plain.graph, nodes: reordered } })).toBe(true)
  })

  it('includes the inside of groups, except positions and names', () => {
    expect(sameStructure(grouped, inside({ type: 'moveNodes', positions: { norm: { x: 9, y: 9 } } }))).toBe(true)
    expect(sameStructure(grouped, inside({ type: 'setParam', node: 'feed-forward', param: 'hidden', value: 1 }))).toBe(false)
    expect(sameStructure(grouped, inside({ type: 'setFrozen', node: 'norm', weight: null, frozen: true }))).toBe(false)
    const definition = grouped.graph.groups!['group']!
    const set = (group: string, title: string): LabDocument =>
      applyEdit(grouped, { type: 'setGroup', group, definition: { ...definition, title } })
    expect(sameStructure(grouped, set('group', 'Renamed'))).toBe(true)
    expect(sameStructure(grouped, set('another', 'Group'))).toBe(false)
  })
})

describe('an experiment', () => {
  it('is the same after changing the learning rate only, which a run can adopt', () => {
    const trained = (training: Partial<LabDocument['training']>) => applyEdit(plain, { type: 'setTraining', training })
    expect(sameExperiment(plain, trained({ learningRate: 0.5 }))).toBe(true)
    expect(sameExperiment(plain, trained({ steps: 7 }))).toBe(false)
    expect(sameExperiment(plain, trained({ batchSize: 5 }))).toBe(false)
  })
})

describe('runs to average over', () => {
  const trained = (training: Partial<LabDocument['training']>) => applyEdit(plain, { type: 'setTraining', training })
  it('differ in the seed only, also where they are named differently', () => {
    expect(sameButSeed(plain, trained({ seed: 9 }))).toBe(true)
    expect(sameButSeed(plain, applyEdit(trained({ seed: 9 }), { type: 'setTitle', title: 'Mine' }))).toBe(true)
  })
  it.each<Partial<LabDocument['training']>>([{ learningRate: 0.5 }, { steps: 7 }, { batchSize: 5 }, { clipNorm: null }])(
    'differ in more with %j',
    (training) => expect(sameButSeed(plain, trained({ seed: 9, ...training }))).toBe(false),
  )
})

// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { defineComponent } from 'vue'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { connectionChecker } from '@core/graph/connection'
import { analyse } from '@core/graph/analyse'
import { applyEdit } from '@core/graph/edit'
import { readyGroups } from '@core/graph/ready-groups'
import { lab as labOf } from '@core/graph/testing'
import type { LabDocument } from '@core/lab/document'
import { add, groupItem } from '../actions/add'
import { useActions } from '../actions/store'
import { copyText, pasteEdit } from '../canvas/clipboard'
import { opposites, portsOf, refusal } from '../canvas/connections'
import { i18n } from '../locales'
import { useBlockNames } from '../locales/blockNames'
import { useProblem } from '../locales/problems'
import { fakeHost } from '../testing/fake-host'
import { useAnalysis } from './analysis'
import { useFiles } from './files'
import { useLab } from './lab'
import { useScope } from './scope'
import { useTask } from './task'

const model = (): LabDocument =>
  labOf(
    ['tokens', ['embedding', { width: 8 }], 'norm', ['multi-head as attention', { heads: 2 }], 'classifier'],
    ['tokens.ids > embedding.ids', 'embedding.y > norm.x', 'norm.y > attention.x', 'attention.y > classifier.x'],
  )

beforeEach(() => {
  localStorage.clear()
  fakeHost()
})

/** The model with norm and attention grouped and the group selected. */
async function grouped() {
  const stores = { lab: useLab(), scope: useScope(), task: useTask(), analysis: useAnalysis(), actions: useActions() }
  useFiles().open(model())
  await vi.waitFor(() => expect(stores.task.spec).not.toBeNull())
  stores.scope.select(['norm', 'attention'])
  stores.actions.perform('edit.group')
  return stores
}

describe('the selection', () => {
  it('drops deleted blocks', () => {
    const [lab, scope] = [useLab(), useScope()]
    useFiles().open(model())
    scope.select(['tokens', 'embedding'])
    lab.apply({ type: 'removeNodes', nodes: ['embedding'] })
    expect(scope.selection).toEqual(['tokens'])
  })

  it('is empty in another lab', async () => {
    const { scope } = await grouped()
    scope.enter('group')
    scope.select(['norm'])
    useFiles().open(model())
    expect([scope.group, scope.selection]).toEqual([null, []])
  })
})

describe('grouping', () => {
  it('replaces the selection by one selected group, as one undo step', async () => {
    const { lab, scope, analysis } = await grouped()
    expect(scope.selection).toEqual(['group'])
    expect(lab.document?.graph.nodes.map(({ id }) => id)).toEqual(['tokens', 'embedding', 'classifier', 'group'])
    await analysis.settle()
    expect(analysis.problems).toEqual([])
    lab.undo()
    expect(lab.document).toEqual(model())
    expect(scope.selection).toEqual([])
  })

  it('exposes unconnected inputs too', async () => {
    const lab = useLab()
    const scope = useScope()
    useFiles().open(labOf(['add', 'norm'], ['add.y > norm.x']))
    scope.select(['add', 'norm'])
    useActions().perform('edit.group')
    expect(portsOf(lab.document!, 'group', 'in').map(({ port }) => port)).toEqual(['a', 'b'])
  })

  it('is reverted by ungrouping, as far as the model is concerned', async () => {
    const { scope, task, analysis, actions } = await grouped()
    actions.perform('edit.ungroup')
    expect(scope.selection).toEqual(['norm', 'attention'])
    await analysis.settle()
    expect(analysis.result?.parameters).toBe(analyse(model(), task.spec!.signature).parameters)
  })
})

describe('an opened group', () => {
  it('shows its blocks, and edits change its definition', async () => {
    const { lab, scope, actions } = await grouped()
    scope.enter('group')
    expect(scope.document?.graph.nodes.map(({ id }) => id)).toEqual(['norm', 'attention'])
    scope.edit({ type: 'setParam', node: 'attention', param: 'heads', value: 4 })
    scope.select(['norm'])
    actions.perform('edit.duplicate')
    expect(scope.selection).toEqual(['norm-2'])
    expect(lab.document?.graph.groups?.['group']?.nodes.map(({ id, params }) => [id, params['heads']])).toEqual([
      ['norm', undefined],
      ['attention', 4],
      ['norm-2', undefined],
    ])
    expect(lab.document?.graph.nodes).toHaveLength(4)
  })

  it('gives its blocks their full names in the analysis, for the chosen repetition', async () => {
    const { lab, scope, analysis } = await grouped()
    scope.edit({ type: 'setParam', node: 'group', param: 'repeat', value: 3 })
    scope.enter('group')
    expect(scope.fullName('attention')).toBe('group.1.attention')
    scope.showRepetition(3)
    await analysis.settle()
    expect(analysis.result?.nodes[scope.fullName('attention')]?.probes.length).toBeGreaterThan(0)
    lab.undo() // one repetition again
    expect(scope.fullName('attention')).toBe('group.1.attention')
  })

  it('is left with the group selected, or by undoing its creation', async () => {
    const { lab, scope } = await grouped()
    scope.enter('group')
    scope.leave(0)
    expect([scope.group, scope.selection]).toEqual([null, ['group']])
    scope.enter('group')
    lab.undo()
    expect([scope.group, scope.document?.graph.nodes.length]).toEqual([null, 5])
  })

  it('may contain groups that can be opened', async () => {
    const { lab, scope, analysis, actions } = await grouped()
    scope.enter('group')
    scope.select(['attention'])
    actions.perform('edit.group')
    scope.enter(scope.selection[0]!)
    expect(scope.fullName('attention')).toBe('group.1.group.1.attention')
    scope.edit({ type: 'setParam', node: 'attention', param: 'heads', value: 8 })
    await analysis.settle()
    expect(analysis.problems).toEqual([])
    expect(lab.document?.graph.groups?.['group-2']?.nodes[0]?.params['heads']).toBe(8)
    scope.leave(0)
    expect(scope.selection).toEqual(['group'])
  })

  it('shows a problem once for all repetitions on its block, and outside on the group', async () => {
    const { scope, analysis } = await grouped()
    scope.edit({ type: 'setParam', node: 'group', param: 'repeat', value: 2 })
    scope.enter('group')
    scope.edit({ type: 'setParam', node: 'attention', param: 'heads', value: 3 })
    await analysis.settle()
    expect(analysis.problems.map(({ node }) => node)).toEqual(['attention'])
    scope.leave(0)
    expect(new Set(analysis.problems.map(({ node }) => node))).toEqual(new Set(['group']))
  })

  it('offers its ports and one extra per side, and refuses to connect an input directly to an output', async () => {
    const { lab, scope, task } = await grouped()
    scope.enter('group')
    const [document, scoped, group] = [lab.document!, scope.document!, scope.group]
    expect(portsOf(scoped, '', 'out').map(({ port }) => port)).toEqual(['x', 'x2'])
    expect(portsOf(scoped, '', 'in').map(({ port }) => port)).toEqual(['y', 'y2'])
    const [entrance, exit] = [{ node: '', port: 'x', side: 'out' } as const, { node: '', port: 'y2', side: 'in' } as const]
    const check = connectionChecker(document, task.spec!.signature, group)
    expect(refusal(check, entrance, exit)).toEqual({ sameSide: 'through' })
    expect(refusal(check, entrance, { node: 'attention', port: 'x', side: 'in' })).toBeNull()
    expect(
      refusal(check, { node: 'attention', port: 'y', side: 'out' }, { node: 'norm', port: 'x', side: 'in' }),
    ).toMatchObject({ code: 'graph.cycle' })
    expect(opposites(scoped, { node: 'norm', port: 'y', side: 'out' }, group).map(({ node }) => node)).toEqual([
      'attention',
      '',
      '',
    ])
  })

  it('gets a new output when a wire is connected to the extra port', async () => {
    const { lab, scope } = await grouped()
    scope.enter('group')
    scope.edit({ type: 'connect', from: { node: 'norm', port: 'y' }, to: { node: '', port: 'y2' } })
    scope.leave(0)
    expect(portsOf(lab.document!, 'group', 'out').map(({ port }) => port)).toEqual(['y', 'y2'])
  })
})

describe('block names', () => {
  it('use the title of a group, and show the path to a block inside', async () => {
    const { scope } = await grouped()
    let [title, short, sentence] = [
      (id: string) => id,
      (id: string) => id,
      (_: Parameters<ReturnType<typeof useProblem>>[0]) => '',
    ]
    const Reader = defineComponent(() => {
      ;({ title, shortTitle: short } = useBlockNames())
      sentence = useProblem()
      return () => null
    })
    mount(Reader, { global: { plugins: [i18n] } })
    expect(title('group')).toBe('Group')
    expect(title('group.1.attention')).toBe('Group › Multi-head attention')
    scope.edit({ type: 'setParam', node: 'group', param: 'repeat', value: 2 })
    expect(title('group.2.attention')).toBe('Group #2 › Multi-head attention')
    expect(short('group.2.attention')).toBe('#2 › Multi-head')
    scope.enter('group')
    expect(title('group.1.attention')).toBe('Multi-head attention')
    expect(title('group.2.attention')).toBe('Group #2 › Multi-head attention')
    expect(sentence({ code: 'graph.missing-input', params: { node: 'group.1.norm', port: 'x' } })).toContain('Norm')
  })
})

describe('the transformer block', () => {
  it('is available as an action and added next to the selection', () => {
    const lab = useLab()
    const actions = useActions()
    useFiles().open(model())
    add(groupItem('transformer-block'))
    expect(lab.document?.graph.nodes.at(-1)).toMatchObject({ kind: 'group', params: { group: 'transformer-block' } })
    expect(actions.available().map(({ id }) => id)).toContain('block.group:transformer-block')
  })
})

describe('copies', () => {
  it('bring the definitions they need into another lab, also of nested groups', async () => {
    const { lab, scope, actions } = await grouped()
    scope.enter('group')
    scope.select(['attention'])
    actions.perform('edit.group')
    const text = copyText(lab.document!, ['group'])!
    const other = labOf(['tokens'], [])
    const pasted = applyEdit(other, pasteEdit(other, text)!.edit)
    expect(Object.keys(pasted.graph.groups ?? {}).sort()).toEqual(['group', 'group-2'])
    expect(pasted.graph.groups).toEqual(lab.document?.graph.groups)
  })

  it('keep both definitions if the name is taken by another group, and use the right one', async () => {
    const { lab } = await grouped()
    const text = copyText(lab.document!, ['group'])!
    const mine = { ...readyGroups['transformer-block']!, title: 'Mine' }
    const other = applyEdit(labOf([], []), { type: 'setGroup', group: 'group', definition: mine })
    const pasted = applyEdit(other, pasteEdit(other, text)!.edit)
    expect(pasted.graph.groups?.['group']).toEqual(mine)
    expect(pasted.graph.groups?.['group-2']).toEqual(lab.document?.graph.groups?.['group'])
    expect(pasted.graph.nodes[0]?.params['group']).toBe('group-2')
  })

  it('share the definition within a lab', async () => {
    const { lab } = await grouped()
    const pasted = applyEdit(lab.document!, pasteEdit(lab.document!, copyText(lab.document!, ['group'])!)!.edit)
    expect(Object.keys(pasted.graph.groups ?? {})).toEqual(['group'])
    expect(pasted.graph.nodes.filter(({ kind }) => kind === 'group').map(({ id }) => id)).toEqual(['group', 'group-2'])
  })
})

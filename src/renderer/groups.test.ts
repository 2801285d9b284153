// @vitest-environment happy-dom
import { mount } from '@vue/test-utils'
import { defineComponent } from 'vue'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { analyse } from '@core/graph/analyse'
import { connectionChecker } from '@core/graph/connection'
import { applyEdit } from '@core/graph/edit'
import { readyGroups } from '@core/graph/ready-groups'
import { lab as labOf, signature } from '@core/graph/testing'
import type { LabDocument } from '@core/lab/document'
import { copyText, pasteEdit } from './canvas/clipboard'
import { opposites, portsOf, refusal } from './canvas/connections'
import { portPlaces } from './canvas/ports'
import { useCommands } from './commands'
import { addGroupEdit, exposedName, groupItem, toggleExposed } from './groups'
import { i18n } from './locales'
import { useBlockNames } from './locales/blockNames'
import { useProblem } from './locales/problems'
import { useLab } from './stores/lab'
import { sameStructure } from './stores/structure'
import { fakeHost } from './testing/fake-host'

const model = (): LabDocument =>
  labOf(
    ['tokens', ['embedding', { width: 8 }], 'norm', ['multi-head as attention', { heads: 2 }], 'classifier'],
    ['tokens.ids > embedding.ids', 'embedding.y > norm.x', 'norm.y > attention.x', 'attention.y > classifier.x'],
  )

beforeEach(() => {
  localStorage.clear()
  fakeHost()
})

/** The model with norm and attention grouped; the group is selected. */
async function grouped() {
  const lab = useLab()
  const commands = useCommands()
  lab.open(model())
  await vi.waitFor(() => expect(lab.spec).not.toBeNull())
  lab.select(['norm', 'attention'])
  commands.perform('edit.group')
  return { lab, commands }
}

describe('grouping', () => {
  it('puts one selected block in place of the selection, in one step of undo', async () => {
    const { lab } = await grouped()
    expect(lab.selection).toEqual(['group'])
    expect(lab.document?.graph.nodes.map(({ id }) => id)).toEqual(['tokens', 'embedding', 'classifier', 'group'])
    expect(lab.problems).toEqual([])
    lab.undo()
    expect(lab.document).toEqual(model())
    expect(lab.selection).toEqual([])
  })

  it('leads inputs that are not wired yet outside as well', async () => {
    const lab = useLab()
    lab.open(labOf(['add', 'norm'], ['add.y > norm.x']))
    lab.select(['add', 'norm'])
    useCommands().perform('edit.group')
    expect(portsOf(lab.document!, 'group', 'in').map(({ port }) => port)).toEqual(['a', 'b'])
  })

  it('is undone by ungrouping, as far as the model goes', async () => {
    const { lab, commands } = await grouped()
    commands.perform('edit.ungroup')
    expect(lab.selection).toEqual(['norm', 'attention'])
    expect(lab.analysis?.parameters).toBe(analyse(model(), lab.spec!.signature).parameters)
  })
})

describe('a group that is opened', () => {
  it('shows its inside, and every edit there changes its definition', async () => {
    const { lab, commands } = await grouped()
    lab.enter('group')
    expect(lab.scoped?.graph.nodes.map(({ id }) => id)).toEqual(['norm', 'attention'])
    lab.edit({ type: 'setParam', node: 'attention', param: 'heads', value: 4 })
    lab.select(['norm'])
    commands.perform('edit.duplicate')
    expect(lab.selection).toEqual(['norm-2'])
    expect(lab.document?.graph.groups?.['group']?.nodes.map(({ id, params }) => [id, params['heads']])).toEqual([
      ['norm', undefined],
      ['attention', 4],
      ['norm-2', undefined],
    ])
    expect(lab.document?.graph.nodes).toHaveLength(4)
  })

  it('names its blocks in full for the analysis, in the repetition that is looked at', async () => {
    const { lab } = await grouped()
    lab.edit({ type: 'setParam', node: 'group', param: 'repeat', value: 3 })
    lab.enter('group')
    expect(lab.fullName('attention')).toBe('group.1.attention')
    lab.showRepetition(3)
    expect(lab.analysis?.nodes[lab.fullName('attention')]?.probes.length).toBeGreaterThan(0)
    lab.undo() // one repetition again
    expect(lab.fullName('attention')).toBe('group.1.attention')
  })

  it('is left with the group selected, and by undoing that it was made', async () => {
    const { lab } = await grouped()
    lab.enter('group')
    lab.leave(0)
    expect([lab.scope?.group, lab.selection]).toEqual([null, ['group']])
    lab.enter('group')
    lab.undo()
    expect([lab.scope?.group, lab.scoped?.graph.nodes.length]).toEqual([null, 5])
  })

  it('may hold groups that are opened in turn', async () => {
    const { lab, commands } = await grouped()
    lab.enter('group')
    lab.select(['attention'])
    commands.perform('edit.group')
    lab.enter(lab.selection[0]!)
    expect(lab.fullName('attention')).toBe('group.1.group.1.attention')
    lab.edit({ type: 'setParam', node: 'attention', param: 'heads', value: 8 })
    expect(lab.problems).toEqual([])
    expect(lab.document?.graph.groups?.['group-2']?.nodes[0]?.params['heads']).toBe(8)
    lab.leave(0)
    expect(lab.selection).toEqual(['group'])
  })

  it('shows a problem on the block that has it, once for all repetitions; outside it is one of the group', async () => {
    const { lab } = await grouped()
    lab.edit({ type: 'setParam', node: 'group', param: 'repeat', value: 2 })
    lab.enter('group')
    lab.edit({ type: 'setParam', node: 'attention', param: 'heads', value: 3 })
    expect(lab.problems.map(({ node }) => node)).toEqual(['attention'])
    lab.leave(0)
    expect(new Set(lab.problems.map(({ node }) => node))).toEqual(new Set(['group']))
  })

  it('offers its ports and one more on each side, and passes nothing straight through', async () => {
    const { lab } = await grouped()
    lab.enter('group')
    const [document, scoped, group] = [lab.document!, lab.scoped!, lab.scope!.group]
    expect(portsOf(scoped, '', 'out').map(({ port }) => port)).toEqual(['x', 'x2'])
    expect(portsOf(scoped, '', 'in').map(({ port }) => port)).toEqual(['y', 'y2'])
    const [entrance, exit] = [{ node: '', port: 'x', side: 'out' } as const, { node: '', port: 'y2', side: 'in' } as const]
    const check = connectionChecker(document, lab.spec!.signature, group)
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

  it('gets another output when a wire is drawn out of it', async () => {
    const { lab } = await grouped()
    lab.enter('group')
    lab.edit({ type: 'connect', from: { node: 'norm', port: 'y' }, to: { node: '', port: 'y2' } })
    lab.leave(0)
    expect(portsOf(lab.document!, 'group', 'out').map(({ port }) => port)).toEqual(['y', 'y2'])
  })
})

describe('names', () => {
  it('are the given one for a group, and lead from group to block in problems', async () => {
    const { lab } = await grouped()
    let [title, sentence] = [(id: string) => id, (_: Parameters<ReturnType<typeof useProblem>>[0]) => '']
    const Reader = defineComponent(() => {
      title = useBlockNames().title
      sentence = useProblem()
      return () => null
    })
    mount(Reader, { global: { plugins: [i18n] } })
    expect(title('group')).toBe('Group')
    expect(title('group.2.attention')).toBe('Group › Multi-head attention')
    lab.enter('group')
    expect(title('group.2.attention')).toBe('Multi-head attention')
    expect(sentence({ code: 'graph.missing-input', params: { node: 'group.1.norm', port: 'x' } })).toContain('Norm')
  })
})

describe('exposed settings', () => {
  it('get a name that is free and leads to one parameter; taken back, they are gone', () => {
    const definition = readyGroups['transformer-block']!
    expect(exposedName(definition, 'attention', 'heads')).toBe('heads')
    const more = toggleExposed(toggleExposed(definition, 'norm', 'kind'), 'norm-2', 'kind')
    expect([exposedName(more, 'norm', 'kind'), exposedName(more, 'norm-2', 'kind')]).toEqual(['kind', 'kind-2'])
    expect(toggleExposed(toggleExposed(more, 'norm', 'kind'), 'norm-2', 'kind')).toEqual(definition)
  })
})

describe('the transformer block', () => {
  it('is added with its definition, and counts as two norms, attention and feed-forward of its sizes', () => {
    const begun = labOf(['tokens', ['embedding', { width: 8 }], 'classifier'], ['tokens.ids > embedding.ids'])
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

  it('is taken from the lab where it has been changed there; an unknown group is none', () => {
    const changed = { ...readyGroups['transformer-block']!, title: 'Mine' }
    const document = applyEdit(model(), { type: 'setGroup', group: 'transformer-block', definition: changed })
    const { edit } = addGroupEdit(document, 'transformer-block', { x: 0, y: 0 })!
    expect(applyEdit(document, edit).graph.groups?.['transformer-block']?.title).toBe('Mine')
    expect(addGroupEdit(document, 'gone', { x: 0, y: 0 })).toBeNull()
  })

  it('is found among the commands and added beside what is selected', () => {
    const lab = useLab()
    const commands = useCommands()
    lab.open(model())
    commands.add(groupItem('transformer-block'))
    expect(lab.document?.graph.nodes.at(-1)).toMatchObject({ kind: 'group', params: { group: 'transformer-block' } })
    expect(commands.findable().map(({ command }) => command.id)).toContain('block.group:transformer-block')
  })
})

describe('copies', () => {
  it('bring the definitions they need into another lab, also of groups within groups', async () => {
    const { lab, commands } = await grouped()
    lab.enter('group')
    lab.select(['attention'])
    commands.perform('edit.group')
    const text = copyText(lab.document!, ['group'])!
    const other = labOf(['tokens'], [])
    const pasted = applyEdit(other, pasteEdit(other, text)!.edit)
    expect(Object.keys(pasted.graph.groups ?? {}).sort()).toEqual(['group', 'group-2'])
    expect(pasted.graph.groups).toEqual(lab.document?.graph.groups)
  })

  it('of another group of the same name keep both, and mean the right one', async () => {
    const { lab } = await grouped()
    const text = copyText(lab.document!, ['group'])!
    const mine = { ...readyGroups['transformer-block']!, title: 'Mine' }
    const other = applyEdit(labOf([], []), { type: 'setGroup', group: 'group', definition: mine })
    const pasted = applyEdit(other, pasteEdit(other, text)!.edit)
    expect(pasted.graph.groups?.['group']).toEqual(mine)
    expect(pasted.graph.groups?.['group-2']).toEqual(lab.document?.graph.groups?.['group'])
    expect(pasted.graph.nodes[0]?.params['group']).toBe('group-2')
  })

  it('within a lab share the definition', async () => {
    const { lab } = await grouped()
    const pasted = applyEdit(lab.document!, pasteEdit(lab.document!, copyText(lab.document!, ['group'])!)!.edit)
    expect(Object.keys(pasted.graph.groups ?? {})).toEqual(['group'])
    expect(pasted.graph.nodes.filter(({ kind }) => kind === 'group').map(({ id }) => id)).toEqual(['group', 'group-2'])
  })
})

describe('structure', () => {
  it('counts what is inside groups, but neither positions nor names there', async () => {
    const { lab } = await grouped()
    const before = lab.document!
    const inside = (edit: Parameters<typeof applyEdit>[1]) => applyEdit(before, { type: 'inGroup', group: 'group', edit })
    expect(sameStructure(before, inside({ type: 'moveNodes', positions: { norm: { x: 9, y: 9 } } }))).toBe(true)
    expect(sameStructure(before, inside({ type: 'setParam', node: 'attention', param: 'heads', value: 1 }))).toBe(false)
    expect(sameStructure(before, inside({ type: 'setFrozen', node: 'norm', weight: null, frozen: true }))).toBe(false)
  })
})

it('ports stand beside all blocks of a group, and somewhere where there are none', () => {
  const places = portPlaces([
    { x: 0, y: 0 },
    { x: 400, y: 100 },
  ])
  expect(places['.in']!.x).toBeLessThan(-72)
  expect(places['.out']!.x).toBeGreaterThan(524)
  expect(places['.in']!.y).toBe(50)
  expect(portPlaces([])['.in']).toBeDefined()
})

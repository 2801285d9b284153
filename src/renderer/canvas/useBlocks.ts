/** Keeps the graph library's nodes in sync with the document, with the problems and descriptions of each. */
import type { Node, NodeChange, VueFlowStore } from '@vue-flow/core'
import { computed, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Diagnostic } from '@core/graph/analysis'
import { useProblems } from '../stores/problems'
import { useScope } from '../stores/scope'
import { useBlockTexts } from './useBlockTexts'
import type { usePlaces } from './usePlaces'

type Attributes = NonNullable<Node['domAttributes']>

export function useBlocks(flow: VueFlowStore, places: ReturnType<typeof usePlaces>) {
  const { blocks, ports } = places
  const scope = useScope()
  const list = useProblems()
  const texts = useBlockTexts()
  const { t } = useI18n()

  const problems = computed(() => {
    const byNode = new Map<string, Diagnostic[]>()
    for (const problem of list.reported) {
      if (problem.node !== undefined) byNode.set(problem.node, [...(byNode.get(problem.node) ?? []), problem])
    }
    return byNode
  })
  /** Blocks with problems that are not reported yet. */
  const unfinished = computed(() => new Set(list.unreported.flatMap(({ node }) => node ?? [])))
  /** One sentence per block for screen readers. */
  const descriptions = computed(
    () => new Map(blocks.value.map((node) => [node.id, texts.description(node, problems.value.get(node.id)?.length ?? 0)])),
  )

  /** Cached per block until the language changes, because the library treats a new object as a new block. */
  const attributes = computed(() => {
    const role = t('canvas.block')
    const made = new Map<string, Attributes>()
    return (id: string): Attributes => {
      const known = made.get(id) ?? { 'data-testid': `node-${id}`, 'aria-roledescription': role }
      made.set(id, known)
      return known
    }
  })
  const nodes = computed<Node[]>(() => [
    ...blocks.value.map(({ id, position }) => ({
      id,
      type: 'block',
      position,
      ariaLabel: descriptions.value.get(id) ?? '',
      domAttributes: attributes.value(id),
    })),
    ...Object.entries(ports.value).map(([id, position]) => ({
      id,
      type: 'ports',
      position,
      ...{ draggable: false, selectable: false, focusable: false },
    })),
  ])

  // Added and removed individually: given a whole list, the library compares each node with all others.
  function show(now: readonly Node[]): void {
    const ids = new Set(now.map(({ id }) => id))
    const gone = flow.nodes.value.filter(({ id }) => !ids.has(id))
    const added = now.filter(({ id }) => !flow.findNode(id))
    if (added.length === now.length) flow.setNodes([...now])
    else {
      if (gone.length > 0) flow.removeNodes(gone)
      if (added.length > 0) flow.addNodes(added)
    }
    // The order of nodes is the Tab order.
    if (now.some(({ id }, i) => flow.nodes.value[i]?.id !== id)) flow.setNodes([...now])
    for (const node of now) Object.assign(flow.findNode(node.id) ?? {}, node)
  }
  watch(nodes, show, { immediate: true })

  /** Marks the selected blocks. Apart from `show`, so that selecting one of hundreds does not write to all of them. */
  function mark(selection: readonly string[], before: readonly string[] = []): void {
    const selected = new Set(selection)
    for (const id of [...before, ...selection]) Object.assign(flow.findNode(id) ?? {}, { selected: selected.has(id) })
  }
  watch([() => scope.selection, nodes], ([selection], [before]) => mark(selection, before), { immediate: true })

  /** Applies the library's change events. Replaces its own handler, which scans all nodes for each change. */
  function change(changes: readonly NodeChange[]): void {
    const membership = changes.filter(({ type }) => type === 'add' || type === 'remove')
    if (membership.length > 0) flow.applyNodeChanges(membership)
    // Despite its type, the position is missing at the end of a drag.
    const moved = changes.flatMap((each) =>
      each.type === 'position' && 'position' in each ? [{ id: each.id, position: each.position }] : [],
    )
    for (const { id, position } of moved) Object.assign(flow.findNode(id) ?? {}, { position })
    if (moved.length > 0) places.follow(moved)
    const picked = changes.flatMap((each) => (each.type === 'select' ? [each] : []))
    if (picked.length === 0) return
    const chosen = new Set(scope.selection)
    for (const { id, selected } of picked) {
      chosen[selected ? 'add' : 'delete'](id)
      Object.assign(flow.findNode(id) ?? {}, { selected })
    }
    scope.select([...chosen])
  }

  return { change, problems, unfinished, descriptions }
}

/** Names of kinds and of the open lab's blocks in the current language. Computed once for all components. */
import { defineStore } from 'pinia'
import { computed } from 'vue'
import { blocks } from '@core/blocks'
import { definitionOf, groupKind, repetitionsOf } from '@core/graph/groups'
import { nodeIn, scopeOf } from '@core/graph/scope'
import type { GraphNode } from '@core/lab/document'
import { useLab } from '../stores/lab'
import { useScope } from '../stores/scope'
import { i18n, localText } from '.'

export const useBlockNames = defineStore('blockNames', () => {
  const { t, te } = i18n.global
  const lab = useLab()
  const scope = useScope()

  const kinds = computed(() => new Map([...blocks.map(({ kind }) => kind), groupKind].map((kind) => [kind, namesOf(kind)])))
  function namesOf(kind: string): { name: string; short: string } {
    const name = te(`blocks.${kind}.name`) ? t(`blocks.${kind}.name`) : kind
    return { name, short: te(`blocks.${kind}.short`) ? t(`blocks.${kind}.short`) : name }
  }
  const kindName = (kind: string): string => kinds.value.get(kind)?.name ?? kind
  const shortName = (kind: string): string => kinds.value.get(kind)?.short ?? kind

  /** The given name of a block or group, else the name of its kind. */
  function name(node: GraphNode, short = false): string {
    if (node.name !== undefined) return node.name
    const definition = lab.document && definitionOf(lab.document.graph, node)
    if (definition) return localText(definition.title)
    return short ? shortName(node.kind) : kindName(node.kind)
  }
  /** Titles by id; blocks with equal names are numbered. */
  function numbered(nodes: readonly GraphNode[], short = false): ReadonlyMap<string, string> {
    const alike = new Map<string, GraphNode[]>()
    for (const node of nodes) {
      const own = name(node, short)
      const others = alike.get(own)
      if (others) others.push(node)
      else alike.set(own, [node])
    }
    const titles = new Map<string, string>()
    for (const [own, called] of alike) {
      let number = 0
      for (const { id } of called) {
        // Skip a number that is already part of another block's given name.
        do number++
        while (called.length > 1 && alike.has(`${own} ${number}`))
        titles.set(id, called.length > 1 ? `${own} ${number}` : own)
      }
    }
    return titles
  }
  const onCanvas = computed(() => scope.document?.graph.nodes ?? [])
  const titles = computed(() => numbered(onCanvas.value))
  const shortTitles = computed(() => numbered(onCanvas.value, true))
  /** Names found before: a pretrained model has hundreds of blocks in groups, each with many heads. */
  const remembered = computed(() => ({
    validFor: [lab.document, scope.path, kinds.value],
    names: new Map<string, string>(),
  }))
  function known(id: string, short: boolean): string {
    const key = `${short ? 'short' : 'full'} ${id}`
    const name = remembered.value.names.get(key) ?? titleOf(id, short)
    remembered.value.names.set(key, name)
    return name
  }
  /** Title of a block in the current scope, or of any block by its full name `group.repetition.block`. */
  const title = (id: string): string => titles.value.get(id) ?? known(id, false)
  /** The same for narrow places: where only one group repeats, its repetition stands for it, as in `#3 › Multi-head`. */
  const shortTitle = (id: string): string => shortTitles.value.get(id) ?? known(id, true)

  function titleOf(id: string, short: boolean): string {
    const { document } = lab
    if (!document) return id
    const parts = id.split('.')
    const steps = parts.flatMap((node, i) => (i % 2 === 0 ? [{ node, repetition: Number(parts[i + 1] ?? 1) }] : []))
    const here = scope.path.length
    const names = steps.map(({ node, repetition }, i) => {
      const { document: around, path } = scopeOf(document, steps.slice(0, i))
      const found = path.length === i ? nodeIn(around, node) : undefined
      const { nodes } = around.graph
      const own = (found && numbered(nodes, short).get(node)) ?? node
      if (!found || i === steps.length - 1 || repetitionsOf(found) === 1) return own
      const isOnly = nodes.filter((each) => each.kind === groupKind && repetitionsOf(each) > 1).length === 1
      return short && isOnly ? `#${repetition}` : `${own} #${repetition}`
    })
    const within = scope.path.every(({ node, repetition }, i) => steps[i]?.node === node && steps[i].repetition === repetition)
    return names.slice(within && steps.length > here ? here : 0).join(' › ')
  }

  return { kindName, shortKindName: shortName, name, title, shortTitle }
})

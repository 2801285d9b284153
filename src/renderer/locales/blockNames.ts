/** What blocks are called, in the current language: a kind, and a block of the open lab. Found once for all who ask. */
import { defineStore } from 'pinia'
import { computed } from 'vue'
import { blocks } from '@core/blocks'
import { definitionOf, groupKind } from '@core/graph/groups'
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

  /** A group goes by the name it was given, any other block by its kind. */
  function name(node: GraphNode, short = false): string {
    const definition = lab.document && definitionOf(lab.document.graph, node)
    if (definition) return localText(definition.title)
    return short ? shortName(node.kind) : kindName(node.kind)
  }
  /** By id: with a number where there are several of one kind and name. */
  function numbered(nodes: readonly GraphNode[]): ReadonlyMap<string, string> {
    const alike = new Map<string, string[]>()
    for (const node of nodes) {
      const key = `${node.kind} ${name(node)}`
      const ids = alike.get(key)
      if (ids) ids.push(node.id)
      else alike.set(key, [node.id])
    }
    return new Map(
      [...alike].flatMap(([key, ids]) => {
        const own = key.slice(key.indexOf(' ') + 1)
        return ids.map((id, i) => [id, ids.length > 1 ? `${own} ${i + 1}` : own] as const)
      }),
    )
  }
  const titles = computed(() => numbered(scope.document?.graph.nodes ?? []))

  /** A block that is seen; by its full name, `group.repetition.block`, also one that is not. */
  function title(id: string): string {
    const seen = titles.value.get(id)
    if (seen !== undefined) return seen
    const { document } = lab
    if (!document) return id
    const parts = id.split('.')
    const steps = parts.flatMap((node, i) => (i % 2 === 0 ? [{ node, repetition: Number(parts[i + 1] ?? 1) }] : []))
    const here = scope.path.length
    const names = steps.map(({ node }, i) => {
      const { document: around, path } = scopeOf(document, steps.slice(0, i))
      const found = path.length === i ? nodeIn(around, node) : undefined
      return found ? (numbered(around.graph.nodes).get(node) ?? node) : node
    })
    const within = scope.path.every((step, i) => steps[i]?.node === step.node)
    return names.slice(within && steps.length > here ? here : 0).join(' › ')
  }

  return { kindName, shortName, name, title }
})

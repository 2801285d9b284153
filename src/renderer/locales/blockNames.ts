/** What blocks are called, in the current language: a kind, and a block of the open lab. */
import { useI18n } from 'vue-i18n'
import { definitionOf } from '@core/graph/groups'
import type { GraphNode } from '@core/lab/document'
import { nodeIn, scopeOf } from '@core/graph/scope'
import { useLab } from '../stores/lab'
import { useScope } from '../stores/scope'
import { localText } from '.'

export function useBlockNames() {
  const { t, te } = useI18n()
  const lab = useLab()
  const scope = useScope()

  const kindName = (kind: string): string => (te(`blocks.${kind}.name`) ? t(`blocks.${kind}.name`) : kind)
  const shortName = (kind: string): string => (te(`blocks.${kind}.short`) ? t(`blocks.${kind}.short`) : kindName(kind))

  /** A group goes by the name it was given, any other block by its kind. */
  function name(node: GraphNode, short = false): string {
    const definition = lab.document && definitionOf(lab.document.graph, node)
    if (definition) return localText(definition.title)
    return short ? shortName(node.kind) : kindName(node.kind)
  }
  /** With a number where there are several of one name. */
  function numbered(node: GraphNode, nodes: readonly GraphNode[]): string {
    const own = name(node)
    const alike = nodes.filter((candidate) => candidate.kind === node.kind && name(candidate) === own)
    return alike.length > 1 ? `${own} ${alike.indexOf(node) + 1}` : own
  }

  /** A block that is seen; by its full name, `group.repetition.block`, also one that is not. */
  function title(id: string): string {
    const seen = scope.document && nodeIn(scope.document, id)
    if (seen) return numbered(seen, scope.document.graph.nodes)
    const { document } = lab
    if (!document) return id
    const parts = id.split('.')
    const steps = parts.flatMap((node, i) => (i % 2 === 0 ? [{ node, repetition: Number(parts[i + 1] ?? 1) }] : []))
    const here = scope.path.length
    const names = steps.map(({ node }, i) => {
      const { document: around, path } = scopeOf(document, steps.slice(0, i))
      const found = path.length === i ? nodeIn(around, node) : undefined
      return found ? numbered(found, around.graph.nodes) : node
    })
    const within = scope.path.every((step, i) => steps[i]?.node === step.node)
    return names.slice(within && steps.length > here ? here : 0).join(' › ')
  }

  return { kindName, shortName, name, title }
}

/** What blocks are called, in the current language: a kind, and a block of the open lab. */
import { useI18n } from 'vue-i18n'
import { useLab } from '../stores/lab'

export function useBlockNames() {
  const { t, te } = useI18n()
  const lab = useLab()

  const kindName = (kind: string): string => (te(`blocks.${kind}.name`) ? t(`blocks.${kind}.name`) : kind)
  const shortName = (kind: string): string => (te(`blocks.${kind}.short`) ? t(`blocks.${kind}.short`) : kindName(kind))

  /** The kind's name; with a number where there are several. */
  function title(id: string): string {
    const nodes = lab.document?.graph.nodes ?? []
    const node = nodes.find((candidate) => candidate.id === id)
    if (!node) return id
    const alike = nodes.filter((candidate) => candidate.kind === node.kind)
    return alike.length > 1 ? `${kindName(node.kind)} ${alike.indexOf(node) + 1}` : kindName(node.kind)
  }

  return { kindName, shortName, title }
}

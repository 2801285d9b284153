/** Names of settings and blocks of labs, and values of settings, in the language of the texts. */
import { definitionOf, groupKind } from '../graph/groups'
import type { Graph, GraphNode, LabDocument } from '../lab/document'
import type { SettingDifference } from '../lab/settings-diff'
import { formatParameter } from '../numbers'
import { textIn, type ReportTexts } from './texts'

type Setting = Omit<SettingDifference, 'values'>

/** Texts of the training settings whose keys differ from the names in the document. */
const trainingKeys: Readonly<Record<string, string>> = { learningRate: 'rate', 'optimiser.kind': 'optimiser' }
/** Longer values, such as drawn matrices, are cut. */
const longest = 60

export function settingTexts(texts: ReportTexts) {
  const { t, has } = texts
  const known = (key: string, otherwise: string): string => (has(key) ? t(key) : otherwise)
  const kindName = (kind: string): string => known(`blocks.${kind}.name`, kind)

  function blockName(graph: Graph, node: GraphNode, short = false): string {
    if (node.name !== undefined) return node.name
    const definition = definitionOf(graph, node)
    if (definition) return textIn(texts, definition.title)
    if (node.kind === groupKind) return t('groups.group')
    return short ? known(`blocks.${node.kind}.short`, kindName(node.kind)) : kindName(node.kind)
  }
  /** Blocks of equal names are told apart by their ids. */
  function titleOf(graph: Graph, nodes: readonly GraphNode[], id: string): string {
    const node = nodes.find((each) => each.id === id)
    if (!node) return id
    const name = blockName(graph, node)
    return nodes.some((each) => each.id !== id && blockName(graph, each) === name) ? `${name} (${id})` : name
  }

  function trainingKey(name: string): string {
    if (name.startsWith('optimiser.') && name !== 'optimiser.kind') return `training.${name.slice('optimiser.'.length)}`
    if (name.startsWith('teacherForcing.')) return `training.forcing.${name.slice('teacherForcing.'.length)}`
    return `training.${trainingKeys[name] ?? name}`
  }

  /** The setting, and the block it belongs to. `labs` are those that are compared. */
  function settingName({ place, path, kind, name }: Setting, labs: readonly LabDocument[]): string {
    if (place === 'training') {
      const own = known(trainingKey(name), name)
      return name.startsWith('teacherForcing.') ? `${t('training.forcing.title')}: ${own}` : own
    }
    if (place === 'task') {
      if (name === 'kind') return t('training.task')
      const own = known(`tasks.${kind}.params.${name}.label`, name)
      return labs.every(({ task }) => task.kind === kind) ? own : `${t(`tasks.${kind}.name`)}: ${own}`
    }
    const setting = name === 'frozen' ? t('compare.frozen') : known(`blocks.${kind}.params.${name}.label`, name)
    return `${blockOf(path, labs)}: ${setting}`
  }
  function blockOf(path: readonly string[], labs: readonly LabDocument[]): string {
    const [first = '', inner] = path
    for (const { graph } of labs) {
      if (inner === undefined) {
        if (graph.nodes.some(({ id }) => id === first)) return titleOf(graph, graph.nodes, first)
        continue
      }
      const definition = graph.groups?.[first]
      if (definition?.nodes.some(({ id }) => id === inner))
        return `${textIn(texts, definition.title)} › ${titleOf(graph, definition.nodes, inner)}`
    }
    return path.join(' › ')
  }

  function settingValue({ place, kind, name }: Setting, value: unknown): string {
    if (value === undefined) return '–'
    if (value === null) return t('newExperiment.off')
    if (typeof value === 'boolean') return t(value ? 'newExperiment.on' : 'newExperiment.off')
    if (typeof value === 'number') return formatParameter(value)
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    return known(choiceKey(place, kind, name, text), text.length > longest ? `${text.slice(0, longest)}…` : text)
  }
  function choiceKey(place: SettingDifference['place'], kind: string, name: string, value: string): string {
    if (place === 'block') return `blocks.${kind}.params.${name}.choices.${value}`
    if (place === 'task') return name === 'kind' ? `tasks.${value}.name` : `tasks.${kind}.params.${name}.choices.${value}`
    if (name === 'optimiser.kind') return `training.optimisers.${value}`
    return `training.${name.startsWith('schedule.') ? 'schedule' : 'forcing'}.${value}`
  }
  return { settingName, settingValue, blockName, titleOf }
}

/** The settings in which labs differ: of the training, of the task, and of the blocks that they share. */
import { dequal } from 'dequal/lite'
import type { GraphNode, LabDocument } from './document'
import { completeParams, completeTask } from './complete-params'

export interface SettingDifference {
  readonly place: 'training' | 'task' | 'block'
  /** Ids of the groups around a block, and its own; empty elsewhere. */
  readonly path: readonly string[]
  /** The kind of the block or task; empty for the training. */
  readonly kind: string
  /** The setting, with a dot before each setting inside another: `optimiser.kind`. */
  readonly name: string
  /** Its value in each lab; undefined where there is no such setting. */
  readonly values: readonly unknown[]
}

export type Setting = Omit<SettingDifference, 'values'> & { readonly value: unknown }

/** In the order of the first lab that has them. Blocks that only some labs have are compared among those; what they lack is no setting. */
export function settingsDiff(labs: readonly LabDocument[]): readonly SettingDifference[] {
  const all = labs.map((lab) => new Map(settingsOf(lab).map((setting) => [keyOf(setting), setting])))
  const keys = new Set(all.flatMap((settings) => [...settings.keys()]))
  return [...keys].flatMap((key) => {
    const found = all.map((settings) => settings.get(key))
    const known = found.filter((setting) => setting !== undefined)
    const some = known[0]!
    // Elsewhere, a setting that is missing says that something else differs, such as the kind of the optimiser.
    const compared = some.place === 'block' ? known : found
    if (compared.every((setting) => dequal(setting?.value, compared[0]?.value))) return []
    const { place, path, kind, name } = some
    return [{ place, path, kind, name, values: found.map((setting) => setting?.value) }]
  })
}

/** The settings that all labs have with the same value. */
export function sharedSettings(labs: readonly LabDocument[]): readonly Setting[] {
  const [first = [], ...others] = labs.map(settingsOf)
  const known = others.map((settings) => new Map(settings.map((setting) => [keyOf(setting), setting.value])))
  return first.filter((setting) =>
    known.every((values) => values.has(keyOf(setting)) && dequal(values.get(keyOf(setting)), setting.value)),
  )
}

const keyOf = ({ place, path, kind, name }: Setting): string => JSON.stringify([place, path, kind, name])

function settingsOf(lab: LabDocument): Setting[] {
  const task = completeTask(lab)
  const ofTask = { place: 'task', path: [], kind: '' } as const
  return [
    ...flat(lab.training).map(([name, value]) => ({ place: 'training' as const, path: [], kind: '', name, value })),
    { ...ofTask, name: 'kind', value: task.kind },
    ...flat(task.params).map(([name, value]) => ({ ...ofTask, kind: task.kind, name, value })),
    ...ofNodes(lab.graph.nodes, []),
    ...Object.entries(lab.graph.groups ?? {}).flatMap(([name, { nodes }]) => ofNodes(nodes, [name])),
  ]
}

const ofNodes = (nodes: readonly GraphNode[], around: readonly string[]): Setting[] =>
  nodes.flatMap((node) => {
    const { id, kind, frozen = false, weights = {} } = node
    const settings = [...flat(completeParams(node)), ['frozen', frozen] as const, ...flat(weights, 'weights.')]
    return settings.map(([name, value]) => ({ place: 'block' as const, path: [...around, id], kind, name, value }))
  })

/** Settings inside settings under their path; lists are one value. */
function flat(values: Readonly<Record<string, unknown>>, prefix = ''): (readonly [name: string, value: unknown])[] {
  return Object.entries(values).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? flat(value as Readonly<Record<string, unknown>>, `${prefix}${name}.`)
      : [[prefix + name, value] as const],
  )
}

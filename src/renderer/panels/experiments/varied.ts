/** What can vary in a new experiment: the settings of the open lab's blocks and of its training, and whole labs. */
import { blockByKind } from '@core/blocks'
import { applicable, fieldsOf, type Field } from '@core/fields'
import { training, type LabDocument } from '@core/lab/document'
import type { SettingPlace } from '@core/graph/with-setting'
import { listed } from '../../ui/number'

/** The choice “training settings”, and that of whole labs; any other is the id of a block. */
export const ofTraining = '/training'
export const ofLabs = '/labs'

const trainingFields: readonly Field[] = fieldsOf(
  training.pick({ learningRate: true, batchSize: true, accumulate: true, labelSmoothing: true }),
)

/** The settings of a block or of the training; texts cannot vary. */
export function settingsOf(lab: LabDocument, place: string): readonly Field[] {
  if (place === ofTraining) return trainingFields
  const node = lab.graph.nodes.find(({ id }) => id === place)
  const block = node && blockByKind(node.kind)
  return block ? applicable(fieldsOf(block.params), node.params).filter(({ type }) => type !== 'text') : []
}

export const settingAt = (place: string, setting: string): SettingPlace => ({
  node: place === ofTraining ? null : place,
  setting,
})

/** Key of the name of a setting, or of one of its choices. */
export function settingKey(lab: LabDocument | null, { node, setting }: SettingPlace, choice?: string): string {
  if (node === null) return `training.${setting === 'learningRate' ? 'rate' : setting}`
  const kind = lab?.graph.nodes.find(({ id }) => id === node)?.kind
  return `blocks.${kind}.params.${setting}.${choice === undefined ? 'label' : `choices.${choice}`}`
}

/** The current value of a setting. */
export function valueAt(lab: LabDocument, { node, setting }: SettingPlace): unknown {
  const values = node === null ? lab.training : lab.graph.nodes.find(({ id }) => id === node)?.params
  return (values as Readonly<Record<string, unknown>> | undefined)?.[setting]
}

/** Numbers as `listed`, each once; null if one of them is not allowed for the setting. */
export function numbersIn(text: string, lab: LabDocument, { node, setting }: SettingPlace): readonly number[] | null {
  const kind = lab.graph.nodes.find(({ id }) => id === node)?.kind ?? ''
  const schema = node === null ? training : blockByKind(kind)?.params
  const isAllowed = (number: number): boolean => schema?.safeParse({ [setting]: number }).success === true
  const numbers = [...new Set(listed(text).map(Number))]
  return numbers.every(isAllowed) ? numbers : null
}

/** One setting of a lab, by its place. */
import { applyEdit } from './edit'
import type { LabDocument } from '../lab/document'

/** A setting of a block, or of the training if `node` is null. */
export interface SettingPlace {
  readonly node: string | null
  readonly setting: string
}

/** The lab with another value of the setting. */
export const withSetting = (lab: LabDocument, { node, setting }: SettingPlace, value: unknown): LabDocument =>
  node === null
    ? applyEdit(lab, { type: 'setTraining', training: { [setting]: value } })
    : applyEdit(lab, { type: 'setParam', node, param: setting, value })

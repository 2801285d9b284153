/** Points of a sweep as they are written: one on each line, its values separated by commas. */
import type { Field } from '@core/fields'
import type { SettingValue } from '@core/sweeps/sweep'
import { listed } from '../../ui/number'

/** Words that are no value of their setting stay as they are, and the sweep refuses them. */
export const pointsIn = (text: string, fields: readonly (Field | undefined)[]): SettingValue[][] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => listed(line).map((word, index) => valueOf(word, fields[index])))

function valueOf(word: string, field: Field | undefined): SettingValue {
  if (field?.type === 'boolean' && /^(true|false|on|off|开|关)$/.test(word)) return ['true', 'on', '开'].includes(word)
  if ((field?.type === 'integer' || field?.type === 'number') && Number.isFinite(Number(word))) return Number(word)
  return word
}

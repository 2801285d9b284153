/** Label, help text and choices of a block's parameters in the current language. */
import { useI18n } from 'vue-i18n'
import type { Field } from '@core/fields'
import type { FieldTexts } from '../ui/FieldRow.vue'

export function useFieldTexts(): (kind: string, field: Field) => FieldTexts {
  const { t, te } = useI18n()
  return (kind, field) => {
    const key = `blocks.${kind}.params.${field.name}`
    const choices = field.type === 'choice' ? field.choices : []
    return {
      label: te(`${key}.label`) ? t(`${key}.label`) : field.name,
      help: te(`${key}.help`) ? t(`${key}.help`) : '',
      choices: Object.fromEntries(choices.filter((c) => te(`${key}.choices.${c}`)).map((c) => [c, t(`${key}.choices.${c}`)])),
    }
  }
}

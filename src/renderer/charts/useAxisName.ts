/** Axis names in the current language. */
import { useI18n } from 'vue-i18n'

const unnamed = /^axis (\d+)$/

export function useAxisName(): (axis: string) => string {
  const { t, te } = useI18n()
  return (axis) => {
    const [, number] = unnamed.exec(axis) ?? []
    if (number !== undefined) return t('views.unnamedAxis', { number })
    return te(`views.axes.${axis}`) ? t(`views.axes.${axis}`) : axis
  }
}

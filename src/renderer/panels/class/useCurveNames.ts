/** Names on the plot of the class's training curves. */
import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { SeedCurveNames } from '../../charts/seedCurvesOption'

export function useCurveNames(): ComputedRef<SeedCurveNames> {
  const { t } = useI18n()
  return computed(() => ({
    step: t('views.step'),
    loss: t('views.loss'),
    kinds: {
      counted: t('class.experiment.kinds.counted'),
      training: t('class.experiment.kinds.training'),
      repeated: t('class.experiment.kinds.repeated'),
      ended: t('class.experiment.kinds.ended'),
    },
  }))
}

/** Names of the settings of a sweep and of their values, in the current language. */
import { computed } from 'vue'
import { useI18n } from 'vue-i18n'
import type { SettingValue, Sweep } from '@core/sweeps/sweep'
import type { SweepSetting } from '../../charts/sweepOption'
import { formatParameter } from '../../ui/number'
import { useSettingTexts } from '../compare/useSettingTexts'
import { settingKey } from '../experiments/varied'

export function useSweepTexts(sweep: () => Sweep) {
  const { t, te } = useI18n()
  const { titleOf } = useSettingTexts()
  return computed((): readonly SweepSetting[] => {
    const { lab, search } = sweep()
    const all = search.settings.map((place) => {
      const key = settingKey(lab, place)
      const block = place.node === null ? null : titleOf(lab.graph, lab.graph.nodes, place.node)
      return { place, setting: te(key) ? t(key) : place.setting, block }
    })
    return all.map(({ place, setting, block }) => ({
      // Settings of the same name are told apart by their blocks.
      name: block !== null && all.filter((each) => each.setting === setting).length > 1 ? `${block}: ${setting}` : setting,
      text(value: SettingValue) {
        if (typeof value === 'number') return formatParameter(value)
        if (typeof value !== 'string') return t(value ? 'newExperiment.on' : 'newExperiment.off')
        const key = settingKey(lab, place, value)
        return te(key) ? t(key) : value
      },
    }))
  })
}

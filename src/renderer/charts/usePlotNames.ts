/** Names that plots and claims show, in the current language. */
import { computed, type ComputedRef } from 'vue'
import en from '@core/locales/en/experiments.json'
import zh from '@core/locales/zh/experiments.json'
import type { ExperimentTexts } from '@core/experiments/written'
import type { MeasureName } from '@core/experiments/measures'
import { i18n } from '../locales'
import { useSettings } from '../stores/settings'
import type { PlotNames } from './experimentOption'

/** Metrics of an evaluation have their name there; other measures in `experiments.json`. */
function measureName(name: MeasureName): string {
  const { t, te } = i18n.global
  return te(`experiments.measures.${name}`) ? t(`experiments.measures.${name}`) : t(`metrics.names.${name}`)
}

/** Reactive. */
export function plotNames(experiment: string): PlotNames {
  const { t } = i18n.global
  const own = `experiments.experiments.${experiment}`
  return {
    measure: measureName,
    variation: (id) => t(`${own}.variations.${id}`),
    line: (id) => t(`${own}.lines.${id}`),
    axis: (name) => t(`experiments.axes.${name}`),
    never: t('experimentView.never'),
  }
}
export const usePlotNames = (experiment: () => string): ComputedRef<PlotNames> => computed(() => plotNames(experiment()))

/** As written in the files: `t` would fill in the placeholders. */
const rules = { en: en.rules, zh: zh.rules }

/** For `comparison`, which writes the rule of a claim in words and numbers. */
export function useExperimentTexts(experiment: () => string): ComputedRef<ExperimentTexts> {
  const settings = useSettings()
  const names = usePlotNames(experiment)
  return computed(() => ({
    rules: rules[settings.language],
    measure: names.value.measure,
    variation: names.value.variation,
  }))
}

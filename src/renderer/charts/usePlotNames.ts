/** Names that plots and claims show, in the current language. */
import { computed, type ComputedRef } from 'vue'
import en from '@core/locales/en/experiments.json'
import zh from '@core/locales/zh/experiments.json'
import type { ExperimentTexts } from '@core/experiments/written'
import type { MeasureName } from '@core/experiments/measures'
import type { Experiment } from '@core/experiments/types'
import { i18n, localText } from '../locales'
import { useSettings } from '../stores/settings'
import type { PlotNames } from './experimentOption'

/** Metrics of an evaluation have their name there; other measures in `experiments.json`. */
export const measureKey = (name: MeasureName): string =>
  i18n.global.te(`experiments.measures.${name}`) ? `experiments.measures.${name}` : `metrics.names.${name}`
export const measureName = (name: MeasureName): string => i18n.global.t(measureKey(name))

/** An experiment, as far as its texts are concerned. */
export type Named = Pick<Experiment, 'id' | 'texts'>

/** Title or summary of an experiment: of one's own in its file, of the twenty in `experiments.json`. Reactive. */
export const experimentText = ({ id, texts }: Named, part: 'title' | 'summary'): string =>
  texts ? localText(texts[part]) : i18n.global.t(`experiments.experiments.${id}.${part}`)

/** Name of a variation or line, or sentence of a claim. Reactive. */
export function partText({ id, texts }: Named, part: 'variations' | 'claims' | 'lines', of: string): string {
  if (!texts) return i18n.global.t(`experiments.experiments.${id}.${part}.${of}`)
  return localText((part === 'lines' ? undefined : texts[part][of]) ?? of) // one's own have no lines
}

/** Reactive. */
export function plotNames(experiment: Named): PlotNames {
  const { t } = i18n.global
  return {
    measure: measureName,
    variation: (id) => partText(experiment, 'variations', id),
    line: (id) => partText(experiment, 'lines', id),
    axis: (name) => t(`experiments.axes.${name}`),
    never: t('experimentView.never'),
  }
}
export const usePlotNames = (experiment: () => Named): ComputedRef<PlotNames> => computed(() => plotNames(experiment()))

/** As written in the files: `t` would fill in the placeholders. */
const rules = { en: en.rules, zh: zh.rules }

/** For `comparison`, which writes the rule of a claim in words and numbers. */
export function useExperimentTexts(experiment: () => Named): ComputedRef<ExperimentTexts> {
  const settings = useSettings()
  const names = usePlotNames(experiment)
  return computed(() => ({
    rules: rules[settings.language],
    measure: names.value.measure,
    variation: names.value.variation,
  }))
}

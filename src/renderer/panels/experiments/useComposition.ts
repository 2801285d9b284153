/** The form of a new experiment: what is chosen, what it amounts to, and what is still missing. */
import { dequal } from 'dequal/lite'
import { computed, ref, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { blockByKind } from '@core/blocks'
import { composeExperiment, type ComposedClaim, type NamedLab } from '@core/experiments/compose'
import { mostMeasures, mostSteps, mostVariations, type ExperimentFile } from '@core/experiments/file'
import type { MeasureName } from '@core/experiments/measures'
import { isSingle } from '@core/experiments/plots'
import { withSetting } from '@core/graph/with-setting'
import { formatCount } from '../../charts/format'
import { measureKey } from '../../charts/usePlotNames'
import { inBoth, localText } from '../../locales'
import { useBlockNames } from '../../locales/blockNames'
import { useLab } from '../../stores/lab'
import { useScope } from '../../stores/scope'
import { useWorkspace } from '../../stores/workspace'
import { formatParameter } from '../../ui/number'
import { numbersIn, ofLabs, ofTraining, settingAt, settingKey, settingsOf, valueAt } from './varied'

export function useComposition() {
  const { t } = useI18n()
  const lab = useLab()
  const scope = useScope()
  const workspace = useWorkspace()
  const names = useBlockNames()

  const base = computed(() => (lab.dataId === null ? lab.document : null))

  /** What varies. */
  const place = ref('')
  const places = computed(() => {
    const blocks = (base.value?.graph.nodes ?? []).filter(({ id }) => settingsOf(base.value!, id).length > 0)
    return [
      ...blocks.map(({ id }) => ({ value: id, label: names.title(id) })),
      { value: ofTraining, label: t('newExperiment.training') },
      ...(labs.value.length > 1 ? [{ value: ofLabs, label: t('newExperiment.labs') }] : []),
    ]
  })
  const settings = computed(() => (base.value ? settingsOf(base.value, place.value) : []))
  const setting = ref('')
  const field = computed(() => settings.value.find(({ name }) => name === setting.value))
  /** Choices come first: all their values can be compared at once. */
  watch(place, () => (setting.value = (settings.value.find(({ type }) => type === 'choice') ?? settings.value[0])?.name ?? ''))

  /** A text of a setting, in both languages: its own name, or that of one of its choices. */
  const inSetting = (name: string, choice?: string) => inBoth(settingKey(base.value, settingAt(place.value, name), choice))
  function valueName(value: unknown): { readonly en: string; readonly zh: string } {
    if (typeof value === 'boolean') return inBoth(value ? 'newExperiment.on' : 'newExperiment.off')
    if (typeof value !== 'number') return inSetting(setting.value, String(value))
    return { en: formatParameter(value), zh: formatParameter(value) }
  }
  function variationName(value: unknown) {
    const [name, its] = [inSetting(setting.value), valueName(value)]
    const say = (language: 'en' | 'zh'): string => `${name[language]} = ${its[language]}`
    return { en: say('en'), zh: say('zh') }
  }
  const settingOptions = computed(() => settings.value.map(({ name }) => ({ value: name, label: localText(inSetting(name)) })))

  /** The labs that a whole lab can be compared with: of the same task. */
  const labs = computed((): readonly NamedLab[] => {
    const document = base.value
    if (!document) return []
    const others = workspace.labs.map((each) => each.document)
    const alike = others.filter((other) => other.task.kind === document.task.kind && !dequal(other, document))
    return [document, ...alike].map((each) => ({ title: each.title, lab: each }))
  })

  /** Chosen values of a choice, chosen places in `labs`, and the text of numbers. */
  const chosen = ref<readonly string[]>([])
  const text = ref('')
  const options = computed((): readonly { readonly key: string; readonly name: string }[] => {
    if (place.value === ofLabs) return labs.value.map(({ title }, index) => ({ key: String(index), name: localText(title) }))
    const choices = field.value?.type === 'choice' ? field.value.choices : []
    return choices.map((choice) => ({ key: choice, name: localText(valueName(choice)) }))
  })
  const isNumber = computed(() => field.value?.type === 'integer' || field.value?.type === 'number')
  watch([place, setting], () => {
    const current = base.value && field.value ? valueAt(base.value, settingAt(place.value, setting.value)) : undefined
    text.value = typeof current === 'number' ? formatParameter(current) : ''
    chosen.value = place.value === ofLabs ? ['0'] : options.value.map(({ key }) => key)
  })

  const values = computed((): readonly unknown[] | null => {
    if (!field.value) return []
    if (field.value.type === 'boolean') return [false, true]
    if (field.value.type === 'choice') return field.value.choices.filter((choice) => chosen.value.includes(choice))
    return base.value && numbersIn(text.value, base.value, settingAt(place.value, setting.value))
  })
  const variations = computed((): readonly NamedLab[] => {
    const document = base.value
    if (!document) return []
    if (place.value === ofLabs) return labs.value.filter((_, index) => chosen.value.includes(String(index)))
    return (values.value ?? []).map((value) => ({
      title: variationName(value),
      lab: withSetting(document, settingAt(place.value, setting.value), value),
    }))
  })

  /** What is measured. */
  const measured = ref<readonly MeasureName[]>(['accuracy', 'loss'])

  /** The selected block, else the first attention, else the first block. */
  function usualPlace(): string {
    const known = (id: string | undefined): boolean => places.value.some(({ value }) => value === id)
    const selected = scope.selection.find(known)
    const attention = base.value?.graph.nodes.find(({ id, kind }) => known(id) && blockByKind(kind)?.family === 'attention')?.id
    return selected ?? attention ?? places.value[0]?.value ?? ''
  }
  const steps = ref(300)
  const quickSteps = ref(100)
  watch(
    () => lab.opened,
    () => {
      place.value = usualPlace()
      steps.value = lab.document?.training.steps ?? 300
      quickSteps.value = Math.max(1, Math.round(steps.value / 3))
    },
    { immediate: true },
  )

  /** What is claimed. */
  const isClaimed = ref(true)
  const left = ref('0')
  const right = ref('1')
  const is = ref<ComposedClaim['is']>('higher')
  const claimed = ref<MeasureName>('accuracy')
  const by = ref(0)
  const sides = computed(() => variations.value.map(({ title }, index) => ({ value: String(index), label: localText(title) })))
  const single = computed(() => measured.value.filter(isSingle))
  watch([sides, single], () => {
    if (Number(left.value) >= sides.value.length) left.value = '0'
    if (Number(right.value) >= sides.value.length) right.value = '1'
    if (!single.value.includes(claimed.value)) claimed.value = single.value[0] ?? 'accuracy'
  })
  const claim = computed((): ComposedClaim | null => {
    const [one, other] = [variations.value[Number(left.value)], variations.value[Number(right.value)]]
    if (!isClaimed.value || !one || !other || single.value.length === 0) return null
    const say = (language: 'en' | 'zh'): string => {
      const named = ({ title }: NamedLab): string => (typeof title === 'string' ? title : title[language])
      const params = { measure: inBoth(measureKey(claimed.value))[language], left: named(one), right: named(other) }
      return inBoth(`newExperiment.claim.${is.value}`, params)[language]
    }
    return {
      text: { en: say('en'), zh: say('zh') },
      ...{ measure: claimed.value, is: is.value, by: by.value },
      ...{ left: Number(left.value), right: Number(right.value) },
    }
  })

  const title = ref('')
  const usualTitle = computed(() => {
    if (place.value === ofLabs || !field.value) return inBoth('newExperiment.compared')
    const whole = (language: 'en' | 'zh'): string => {
      const own = base.value?.title ?? ''
      const params = { setting: inSetting(setting.value)[language], lab: typeof own === 'string' ? own : own[language] }
      return inBoth('newExperiment.usualTitle', params)[language]
    }
    return { en: whole('en'), zh: whole('zh') }
  })

  /** The first thing that is missing; empty when the experiment can be created. */
  const problem = computed(() => {
    if (values.value === null) return t('newExperiment.wrongNumbers')
    if (variations.value.length < 2) return t('newExperiment.fewVariations')
    if (variations.value.length > mostVariations) return t('newExperiment.manyVariations', { most: mostVariations })
    if (measured.value.length === 0) return t('newExperiment.noMeasure')
    if (measured.value.length > mostMeasures) return t('newExperiment.manyMeasures', { most: mostMeasures })
    const areSteps = [steps.value, quickSteps.value].every((each) => Number.isInteger(each) && each >= 0 && each <= mostSteps)
    if (!areSteps) return t('newExperiment.wrongSteps', { most: formatCount(mostSteps) })
    if (isClaimed.value && left.value === right.value) return t('newExperiment.sameSides')
    if (!Number.isFinite(by.value) || by.value < 0) return t('newExperiment.wrongDifference')
    return ''
  })

  /** Only where `problem` is empty. */
  const composed = (): ExperimentFile =>
    composeExperiment({
      title: title.value.trim() || usualTitle.value,
      ...{ labs: variations.value, measures: measured.value, claim: claim.value },
      ...{ steps: steps.value, quickSteps: quickSteps.value },
    })

  return {
    ...{ base, place, places, setting, settingOptions, isNumber, text, values, options, chosen },
    ...{ measured, steps, quickSteps },
    ...{ isClaimed, left, right, is, claimed, by, sides, single, claim },
    ...{ title, usualTitle, problem, composed },
  }
}

/** The form of a new sweep: settings with their values, how they are combined, and what is still missing. */
import { computed, ref, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { mostMeasures, mostSteps } from '@core/experiments/file'
import type { MeasureName } from '@core/experiments/measures'
import { mostSeeds } from '@core/experiments/types'
import { LabError, toProblem } from '@core/errors'
import { mostPoints, mostSettings, pointsOf, readSweep, type SettingValue, type Sweep } from '@core/sweeps/sweep'
import { formatCount } from '../../charts/format'
import { inBoth } from '../../locales'
import { useBlockNames } from '../../locales/blockNames'
import { useProblem } from '../../locales/problems'
import { useLab } from '../../stores/lab'
import { useScope } from '../../stores/scope'
import { formatParameter, listed } from '../../ui/number'
import { numbersIn, ofTraining, settingAt, settingKey, settingsOf, valueAt } from '../experiments/varied'
import { pointsIn } from './listedPoints'

export type SearchKind = Sweep['search']['kind']

/** One setting that varies, as it is entered. */
export interface SettingRow {
  readonly key: number
  place: string
  setting: string
  /** Numbers as they are written. */
  text: string
  /** Of choices. */
  chosen: readonly string[]
  /** In a random search: numbers are drawn between two ends instead of from a list. */
  isRange: boolean
  from: number
  to: number
  scale: 'linear' | 'log'
}

export function useSweepForm() {
  const { t } = useI18n()
  const problemText = useProblem()
  const lab = useLab()
  const scope = useScope()
  const names = useBlockNames()
  const base = computed(() => (lab.dataId === null ? lab.document : null))

  const kind = ref<SearchKind>('grid')
  const rows = ref<SettingRow[]>([])
  const points = ref('')
  const count = ref(12)
  const drawSeed = ref(1)
  const seeds = ref('1, 2, 3')
  const steps = ref(300)
  const measured = ref<readonly MeasureName[]>(['accuracy', 'loss'])
  const title = ref('')

  const places = computed(() => [
    { value: ofTraining, label: t('newExperiment.training') },
    ...(base.value?.graph.nodes ?? [])
      .filter(({ id }) => settingsOf(base.value!, id).length > 0)
      .map(({ id }) => ({ value: id, label: names.title(id) })),
  ])
  const fieldOf = ({ place, setting }: SettingRow) =>
    base.value ? settingsOf(base.value, place).find(({ name }) => name === setting) : undefined
  const isNumber = (row: SettingRow): boolean => ['integer', 'number'].includes(fieldOf(row)?.type ?? '')
  const settingOptions = ({ place }: SettingRow) =>
    (base.value ? settingsOf(base.value, place) : []).map(({ name }) => ({
      value: name,
      label: t(settingKey(base.value, settingAt(place, name))),
    }))
  /** Choices of a setting that is not a number. */
  function options(row: SettingRow): readonly { readonly key: string; readonly name: string }[] {
    const field = fieldOf(row)
    if (field?.type === 'boolean')
      return ['true', 'false'].map((key) => ({ key, name: t(key === 'true' ? 'newExperiment.on' : 'newExperiment.off') }))
    if (field?.type !== 'choice') return []
    return field.choices.map((key) => ({ key, name: t(settingKey(base.value, settingAt(row.place, row.setting), key)) }))
  }

  /** After another place or setting was chosen: what it is now. */
  function begin(row: SettingRow): void {
    const document = base.value
    if (!document) return
    const fields = settingsOf(document, row.place)
    if (!fields.some(({ name }) => name === row.setting)) row.setting = fields[0]?.name ?? ''
    const current = valueAt(document, settingAt(row.place, row.setting)) ?? fieldOf(row)?.default
    row.text = typeof current === 'number' ? formatParameter(current) : ''
    row.chosen = options(row).map(({ key }) => key)
    const number = typeof current === 'number' && current > 0 ? current : 1
    row.from = Number((number / 10).toPrecision(3))
    row.to = Number((number * 10).toPrecision(3))
    row.isRange = kind.value === 'random' && fieldOf(row)?.type === 'number'
    row.scale = 'log'
  }
  let keys = 0
  function add(place = ofTraining, setting = 'learningRate'): void {
    const empty = { text: '', chosen: [], isRange: false, from: 1, to: 1, scale: 'log' as const }
    rows.value.push({ key: ++keys, place, setting, ...empty })
    begin(rows.value.at(-1)!)
  }
  const remove = (key: number): void => void (rows.value = rows.value.filter((row) => row.key !== key))

  watch(
    () => lab.opened,
    () => {
      rows.value = []
      steps.value = lab.document?.training.steps ?? 300
      if (!base.value) return
      const selected = scope.selection.find((id) => places.value.some(({ value }) => value === id))
      add()
      if (selected) add(selected, '')
    },
    { immediate: true },
  )

  const valuesOf = (row: SettingRow): readonly SettingValue[] | null => {
    const field = fieldOf(row)
    if (!base.value || !field) return null
    if (field.type === 'boolean') return [true, false].filter((value) => row.chosen.includes(String(value)))
    if (field.type === 'choice') return field.choices.filter((choice) => row.chosen.includes(choice))
    return numbersIn(row.text, base.value, settingAt(row.place, row.setting))
  }
  const seedNumbers = computed(() => {
    const words = listed(seeds.value)
    const areSeeds = words.length > 0 && words.length <= mostSeeds && words.every((word) => /^\d{1,9}$/.test(word))
    return areSeeds ? [...new Set(words.map(Number))] : null
  })

  function searchOf(): unknown {
    const settings = rows.value.map(({ place, setting }) => settingAt(place, setting))
    const valued = rows.value.map((row, index) => ({ ...settings[index]!, values: valuesOf(row) ?? [] }))
    if (kind.value === 'grid') return { kind: 'grid', settings: valued }
    if (kind.value === 'list') return { kind: 'list', settings, rows: pointsIn(points.value, rows.value.map(fieldOf)) }
    const drawn = rows.value.map((row, index) => {
      if (!isNumber(row) || !row.isRange) return valued[index]!
      const { from, to, scale } = row
      return { ...settings[index]!, from, to, scale, whole: fieldOf(row)?.type === 'integer' }
    })
    return { kind: 'random', settings: drawn, count: count.value, seed: drawSeed.value }
  }
  const usualTitle = computed(() => {
    const own = base.value?.title ?? ''
    const say = (language: 'en' | 'zh'): string =>
      inBoth('sweeps.usualTitle', { lab: typeof own === 'string' ? own : own[language] })[language]
    return { en: say('en'), zh: say('zh') }
  })
  const composed = (): Sweep =>
    readSweep({
      ...{ format: 'attention-lab-sweep', version: 1, title: title.value.trim() || usualTitle.value, lab: base.value },
      ...{ search: searchOf(), seeds: seedNumbers.value ?? [], steps: steps.value, measures: measured.value },
    })

  /** The first thing that is wrong with a setting; empty if nothing is. */
  function wrongWith(row: SettingRow): string {
    if (kind.value === 'list') return ''
    if (kind.value === 'random' && isNumber(row) && row.isRange) {
      const isRight = Number.isFinite(row.from) && row.from <= row.to && (row.scale === 'linear' || row.from > 0)
      return isRight ? '' : t('sweeps.wrongRange')
    }
    const values = valuesOf(row)
    if (values === null) return t('newExperiment.wrongNumbers')
    return values.length === 0 ? t('sweeps.noValues') : ''
  }
  /** The first thing that is missing; empty when the sweep can be created. */
  const problem = computed(() => {
    if (rows.value.length === 0) return t('sweeps.noSettings')
    const wrong = rows.value.map(wrongWith).find(Boolean)
    if (wrong) return wrong
    const places = rows.value.map(({ place, setting }) => `${place}/${setting}`)
    if (new Set(places).size < places.length) return t('sweeps.twice')
    if (!seedNumbers.value) return t('experimentView.seedsWrong')
    if (measured.value.length === 0) return t('newExperiment.noMeasure')
    if (measured.value.length > mostMeasures) return t('newExperiment.manyMeasures', { most: mostMeasures })
    const { value: total } = steps
    if (!Number.isInteger(total) || total < 0 || total > mostSteps)
      return t('sweeps.wrongSteps', { most: formatCount(mostSteps) })
    if (kind.value === 'grid' && product() > mostPoints)
      return t('sweeps.manyPoints', { most: mostPoints, count: formatCount(product()) })
    if (kind.value === 'random' && !(Number.isInteger(count.value) && count.value >= 1 && count.value <= mostPoints))
      return t('sweeps.wrongCount', { most: mostPoints })
    if (kind.value === 'list' && points.value.trim() === '') return t('sweeps.noPoints')
    try {
      pointsOf(composed())
      return ''
    } catch (error) {
      if (!(error instanceof LabError)) throw error
      return kind.value === 'list' && error.code === 'sweep.invalid' ? t('sweeps.wrongPoints') : problemText(toProblem(error))
    }
  })
  const product = (): number => rows.value.reduce((product, row) => product * (valuesOf(row)?.length ?? 0), 1)
  /** Points and runs; null while something is missing. */
  const size = computed(() => {
    if (problem.value !== '') return null
    const found = pointsOf(composed()).length
    return { points: found, runs: found * seedNumbers.value!.length }
  })
  const isFull = computed(() => rows.value.length >= mostSettings)

  return {
    ...{ base, kind, rows, points, count, drawSeed, seeds, steps, measured, title, usualTitle },
    ...{ places, settingOptions, isNumber, options, begin, add, remove, isFull, problem, size, composed },
  }
}

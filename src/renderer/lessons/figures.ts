/** Measured figures within the text of a lesson: the learner's own, or those of the reference until there are any. */
import { measures, type MeasureName } from '@core/experiments/measures'
import { summarise, type Judged, type Measured, type Measurements } from '@core/experiments/verdict'
import { written } from '@core/experiments/written'
import type { Html } from '@core/lessons/format'
import { escaped } from '@core/markup'
import { i18n } from '../locales'
import { useExperiments } from '../stores/experiments'
import { useLessons } from '../stores/lessons'

export interface Figure {
  /** Mean over the seeds; NaN where nothing was measured. */
  readonly mean: number
  readonly text: string
  /** Measured on this computer, on that of the reference, or not at all. */
  readonly from: 'own' | 'reference' | 'absent'
}

/** Of `experiment/variation/measure` or `experiment/variation/measure/index`. Reactive. */
export function figureOf(name: string): Figure {
  const [experiment = '', variation = '', measure = '', index = '0'] = name.split('/')
  const own = useExperiments().latest(experiment)?.measurements
  const known: Measurements | undefined = useLessons().reference?.measurements[experiment]
  for (const [from, measurements] of [
    ['own', own],
    ['reference', known],
  ] as const) {
    const values = measurements?.[variation]?.map((each) => numberAt(each[measure as MeasureName], Number(index)))
    if (!values || values.length === 0) continue
    const summary = summarise(values)
    return { mean: summary.mean, text: written(summary, measureFormat(name)), from }
  }
  return { mean: NaN, text: '–', from: 'absent' }
}
export const measureFormat = (name: string) => measures[name.split('/')[2] as MeasureName]

const numberAt = (measured: Measured | undefined, index: number): number =>
  typeof measured === 'number' ? measured : (measured?.at(index) ?? NaN)

/** What was measured on this computer says about a claim, `experiment/claim`; null before. Reactive. */
export function judgedOf(name: string): Judged | null {
  const [experiment = '', claim] = name.split('/')
  return (
    useExperiments()
      .verdicts(experiment)
      .find((each) => each.claim === claim) ?? null
  )
}

/** Where a figure comes from, in words. */
export function sourceOf({ from }: Figure): string {
  const { t } = i18n.global
  const machine = useLessons().reference?.machine ?? ''
  return from === 'reference' ? t('lessons.measuredOn', { machine }) : t(`lessons.figures.${from}`)
}

/** Writes the figures into the text. The HTML of lessons comes from Markdown without HTML, so this form is the only one. */
export const withFigures = (html: Html): Html =>
  html.replace(/<data value="([^"]*)">[^<]*<\/data>/g, (_, name: string) => {
    const figure = figureOf(name)
    return `<data value="${name}" class="figure ${figure.from}" title="${escaped(sourceOf(figure))}">${escaped(figure.text)}</data>`
  })

export const withoutTerms = (html: Html): Html => html.replace(/<a href="term:[^"]*">(.*?)<\/a>/gs, '$1')

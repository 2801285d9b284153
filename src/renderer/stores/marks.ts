/** Events of the run on screen for the rail, as far as they are known: from its record, and from the scores of its heads. */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { HeadRef } from '@core/contract/heads'
import { trains } from '@core/contract/run-state'
import { formingScores, headScores, type HeadScoreName } from '@core/heads/scores'
import { lowestStep, rateChangesOf, spikesOf, type RateChange, type Spike } from '@core/series/events'
import { noPoints } from '@core/series/series'
import { validationSeries } from '@core/series/units'
import { useHeadHistory } from './head-history'
import { useRun } from './run'

export type Mark = { readonly step: number } & (
  | { readonly kind: 'failed' | 'best' | 'forked' }
  | ({ readonly kind: 'spike' } & Spike)
  | ({ readonly kind: 'rate' } & RateChange)
  /** All heads that formed there by this score. `after` is the scored step before it. */
  | {
      readonly kind: 'formed'
      readonly score: HeadScoreName
      readonly heads: readonly HeadRef[]
      readonly after: number | null
    }
)
export type MarkKind = Mark['kind']

/** Of attention patterns: what weights alone say, such as copying, crosses its threshold by chance in the first steps. */
const markedScores = formingScores.filter((name) => headScores[name].on !== 'weights')

/** Series of a run that trains are searched once in so many steps. */
const searchEvery = 100

export const useMarks = defineStore('marks', () => {
  const run = useRun()
  const history = useHeadHistory()

  const points = (series: string) => (run.curvesAreOwn ? run.curves.series.get(series)?.points() : undefined) ?? noPoints
  const fromSeries = shallowRef<readonly Mark[]>([])
  watch(
    () => {
      const { status, curves } = run
      if (!status || !run.curvesAreOwn) return null
      return `${curves.run} ${trains(status) ? `${Math.floor(status.step / searchEvery)}` : `at rest ${curves.version}`}`
    },
    () => {
      fromSeries.value = [
        ...spikesOf(points('loss')).map((spike) => ({ kind: 'spike' as const, ...spike })),
        ...rateChangesOf(points('learningRate')).map((change) => ({ kind: 'rate' as const, ...change })),
      ]
    },
    { immediate: true },
  )

  /** The kept best weights or, where a run ended early, its best evaluation. */
  const best = computed(() => {
    if (!run.status || trains(run.status)) return null
    return run.summary?.best?.step ?? (run.curves.version >= 0 ? lowestStep(points(validationSeries('loss'))) : null)
  })
  const fromStatus = computed((): readonly Mark[] => {
    const { status } = run
    if (!status) return []
    const { problem } = status
    return [
      ...(status.forkedFrom ? [{ kind: 'forked' as const, step: status.forkedFrom.step }] : []),
      ...(status.state === 'failed' && problem?.code === 'run.not-finite'
        ? [{ kind: 'failed' as const, step: Number(problem.params['step'] ?? status.step) }]
        : []),
      ...(best.value === null ? [] : [{ kind: 'best' as const, step: best.value }]),
    ]
  })

  const fromHeads = computed((): readonly Mark[] => {
    const heads = history.reports.at(-1)?.heads ?? []
    return markedScores.flatMap((score) => {
      const byStep = new Map<number, Extract<Mark, { kind: 'formed' }>>()
      for (const { block, head } of heads) {
        const formed = history.formedOf({ block, head }, score)
        if (!formed) continue
        const known = byStep.get(formed.step)?.heads ?? []
        byStep.set(formed.step, { kind: 'formed', score, heads: [...known, { block, head }], ...formed })
      }
      return [...byStep.values()]
    })
  })

  /** In order of their steps. */
  const marks = computed(() =>
    [...fromStatus.value, ...fromSeries.value, ...fromHeads.value].toSorted((a, b) => a.step - b.step),
  )
  return { marks }
})

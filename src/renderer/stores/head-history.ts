/**
 * Scores of the attention heads at the kept steps of a run: computed on request, a coarse course first, and remembered while the page is open. They
 * enter no record.
 */
import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { HeadReport, HeadRef } from '@core/contract/heads'
import { trains } from '@core/contract/run-state'
import { formedAt, type Formed } from '@core/heads/formed'
import { formedFrom, type HeadScoreName } from '@core/heads/scores'
import type { Points } from '@core/series/series'
import { useHost } from '../api/host'
import { useAsking } from './asking'
import { useRun } from './run'

/** Runs whose scores are remembered; those seen least recently are forgotten. */
const mostRuns = 8

/** In order of their steps. */
type History = readonly HeadReport[]

export const useHeadHistory = defineStore('head-history', () => {
  const host = useHost()
  const run = useRun()

  const histories = shallowRef<ReadonlyMap<string, History>>(new Map())
  const { ask, cancel, ...asking } = useAsking()
  const reports = computed((): History => histories.value.get(run.model ?? '') ?? [])
  /** Whether every kept step was scored when they were asked for last, and whether each head was muted at all of them. */
  const isWhole = shallowRef(false)
  const isMuted = computed(() => reports.value.length > 0 && reports.value.every(isWithMuting))
  /** Whether it was at any of them, so that there are curves of what it costs. */
  const hasMuted = computed(() => reports.value.some(isWithMuting))

  function remember(id: string, history: History): void {
    const others = [...histories.value].filter(([other]) => other !== id).slice(1 - mostRuns)
    histories.value = new Map([...others, [id, history]])
  }

  /** Scores the kept steps that are not known yet; with `muting`, those where no head was muted again. */
  async function measure(muting = false): Promise<void> {
    const { model: id, status } = run
    cancel()
    if (id === null || !status) return
    isWhole.value = false
    await ask(
      async ({ signal, onPart }) => {
        const { steps: kept } = await host.call['runs.moments']({ run: id }, { signal: signal! })
        // The last step of a run that does not train is there, even if it could not be written.
        const steps = [...new Set(trains(status) ? kept : [...kept, status.step])].sort((a, b) => a - b)
        for (const [index, step] of coarseFirst(steps).entries()) {
          const known = histories.value.get(id) ?? []
          if (!known.some((report) => report.step === step && (!muting || isWithMuting(report)))) {
            // The nearest kept step, where this one has been thinned out meanwhile: nothing is trained again.
            const report = await host.call['models.heads'](
              { model: { run: id, step, nearest: true }, muting },
              { signal: signal! },
            )
            if (signal?.aborted) return
            const others = (histories.value.get(id) ?? []).filter((each) => each.step !== report.step)
            remember(
              id,
              [...others, report].sort((a, b) => a.step - b.step),
            )
          }
          void onPart?.({ done: index + 1, of: steps.length })
        }
      },
      () => (isWhole.value = true),
    )
  }

  watch(
    () => run.model,
    () => {
      cancel()
      asking.problem.value = null
      isWhole.value = false
    },
    { flush: 'sync' },
  )
  // Training went back to a checkpoint, and may go on otherwise; or it went on, so that there are new steps.
  watch(
    () => [run.model, run.curvesAreOwn ? (run.curves.series.get('loss')?.lastStep ?? null) : null, run.curves.version] as const,
    ([id, step], [before, last]) => {
      if (id === null || id !== before || step === null || last === null || step === last) return
      isWhole.value = false
      const known = histories.value.get(id)
      const valid = known?.filter((report) => report.step <= step)
      if (known && valid && valid.length < known.length && step < last) remember(id, valid)
    },
  )

  const courses = computed(() => coursesOf(reports.value))
  /** A score of one head at the scored steps, NaN where it is not defined; null before there is any. */
  const courseOf = (head: HeadRef, score: HeadScoreName): Points | null => courses.value(head, score)
  /** Null if it has not, or if nothing is known. */
  function formedOf(head: HeadRef, score: HeadScoreName): Formed | null {
    const [points, threshold] = [courseOf(head, score), formedFrom(score)]
    return points && threshold !== null ? formedAt(points, threshold) : null
  }

  return { reports, isWhole, isMuted, hasMuted, ...asking, measure, cancel, courseOf, formedOf }
})

const isWithMuting = ({ evaluated }: HeadReport): boolean => evaluated > 0

/** The last, the first, and then the middle of each gap: a course is there early, and becomes finer. */
export function coarseFirst<T>(items: readonly T[]): readonly T[] {
  if (items.length < 2) return items
  const order = [items.length - 1, 0]
  let gaps: readonly (readonly [number, number])[] = [[0, items.length - 1]]
  while (gaps.length > 0) {
    gaps = gaps.flatMap(([from, to]) => {
      if (to - from < 2) return []
      const middle = Math.floor((from + to) / 2)
      order.push(middle)
      return [
        [from, middle],
        [middle, to],
      ] as const
    })
  }
  return order.map((index) => items[index]!)
}

/** Each course is made once for these reports, in which heads have the same order. */
function coursesOf(reports: History): (head: HeadRef, score: HeadScoreName) => Points | null {
  const steps = Int32Array.from(reports, ({ step }) => step)
  const places = new Map(reports[0]?.heads.map(({ block, head }, place) => [`${block}/${head}`, place]))
  const made = new Map<string, Points>()
  return ({ block, head }, score) => {
    const place = places.get(`${block}/${head}`)
    if (place === undefined) return null
    const key = `${place}/${score}`
    const known = made.get(key)
    if (known) return known
    const values = Float32Array.from(reports, ({ heads }) => {
      const value = heads[place]?.scores[score]
      return typeof value === 'number' ? value : NaN
    })
    const points = { steps, values }
    made.set(key, points)
    return points
  }
}

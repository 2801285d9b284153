/**
 * The step at which the model on screen is seen: now, or any step of the past. While the time is being moved, the nearest kept step is shown at
 * once; at rest, the exact one.
 */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { Moments } from '@core/contract/runs'
import { useHost } from '../api/host'
import { useRun } from './run'

/** Milliseconds without a movement after which the exact step is wanted, and between two pictures of the film. */
const rest = 200
const filmEvery = 250

export const useTime = defineStore('time', () => {
  const host = useHost()
  const run = useRun()

  const chosen = ref<number | null>(null)
  const isExact = ref(true)
  const moments = shallowRef<Moments | null>(null)
  let resting: ReturnType<typeof setTimeout> | undefined
  let film: ReturnType<typeof setInterval> | undefined
  const isPlaying = ref(false)

  const last = computed(() => run.status?.step ?? 0)
  /** Null for now. */
  const step = computed(() => (chosen.value === null || chosen.value >= last.value ? null : chosen.value))
  /** Which model is looked at. */
  const model = computed(() => {
    if (run.model === null) return null
    return step.value === null ? { run: run.model } : { run: run.model, step: step.value, nearest: !isExact.value }
  })

  /** Of the run's series, at the step that is shown or the last one before. */
  function valueOf(series: string): number | undefined {
    if (step.value === null) return run.last(series)
    const points = run.curvesAreOwn ? run.curves.series.get(series)?.points() : undefined
    const index = points?.steps.findLastIndex((each) => each <= step.value!) ?? -1
    return points?.values[index]
  }

  function move(to: number): void {
    chosen.value = Math.max(0, Math.round(to))
    isExact.value = false
    clearTimeout(resting)
    resting = setTimeout(() => (isExact.value = true), rest)
    if (moments.value === null) void load()
  }
  function seek(to: number): void {
    stopFilm()
    move(to)
  }
  function backToNow(): void {
    stopFilm()
    chosen.value = null
  }

  /** From here to the end, one kept step after another. */
  function playFilm(): void {
    const steps = moments.value?.steps ?? []
    if (step.value === null) move(0)
    isPlaying.value = true
    film = setInterval(() => {
      const next = steps.find((each) => each > (step.value ?? Infinity))
      if (next === undefined) backToNow()
      else move(next)
    }, filmEvery)
  }
  function stopFilm(): void {
    clearInterval(film)
    isPlaying.value = false
  }

  async function load(): Promise<void> {
    const { status } = run
    if (!status) return
    const found = await host.call['runs.moments']({ run: status.run }).catch(() => null) // the looks say what is wrong
    if (run.status?.run === status.run) moments.value = found
  }
  watch(
    () => run.status?.run,
    () => {
      backToNow()
      moments.value = null
    },
  )
  watch(
    () => run.status?.state,
    () => (moments.value = null),
  )

  return { step, model, moments, valueOf, isPlaying, seek, backToNow, playFilm, stopFilm, load }
})

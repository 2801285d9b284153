/**
 * Twins: two runs that are stepped, played and paused together. They train in short parts, each up to a step that both reach before the next
 * part begins: so they are at the same step whenever they are paused, even if the page is closed meanwhile.
 */
import { defineStore } from 'pinia'
import { computed, ref, shallowReactive, shallowRef } from 'vue'
import { acceptsChanges, isUnderWay } from '@core/contract/run-state'
import type { RunState, RunStatus } from '@core/contract/runs'
import type { LabDocument } from '@core/lab/document'
import { useHost } from '../api/host'
import { useCompare } from './compare'
import { useNotices } from './notices'
import { useSettings } from './settings'

export interface TwinLab {
  readonly lab: LabDocument
  /** Id of the learner's text, if it uses one. */
  readonly data: string | null
}

/** Milliseconds that a part should train, and the most steps it may have. */
const partTime = 400
const mostSteps = 2000
/** How often those behind catch up before it is given up. */
const mostTries = 5

/**
 * Steps of the next part, after one of so many that took so long. The shortest time of all parts is taken for what a part takes whatever its
 * steps: sending commands, and drawing.
 */
export function nextPart(steps: number, took: number, shortest: number): number {
  const fitting = Math.round((steps * partTime) / Math.max(1, took - shortest))
  return Math.max(1, Math.min(mostSteps, 2 * steps, fitting))
}

export const useTwins = defineStore('twins', () => {
  const host = useHost()
  const compare = useCompare()
  const notices = useNotices()
  const settings = useSettings()

  const pair = shallowRef<readonly [string, string] | null>(null)
  const statuses = shallowReactive(new Map<string, RunStatus>())
  const isPlaying = ref(false)
  /** Whether they are on the way to their next common step. */
  const busy = ref(false)
  let stops: (() => void)[] = []
  const waiting = new Set<() => void>()
  /** The step both are on the way to. */
  let target = 0
  /** Whether both were paused before they were there. */
  let isHalted = false

  const both = computed((): readonly RunStatus[] => (pair.value ?? []).flatMap((run) => statuses.get(run) ?? []))
  /** Whether both have steps left to train. */
  const canTrain = computed(() => both.value.length === 2 && both.value.every(acceptsChanges))
  /** The step both are at; null while they differ. */
  const step = computed(() => {
    const [a, b] = both.value
    return a && b && a.step === b.step ? a.step : null
  })

  function follow(run: string): () => void {
    return host.stream(
      'runs.follow',
      { run },
      {
        onPart({ status }) {
          if (status) statuses.set(run, status)
          for (const look of waiting) look()
        },
        onFailure: notices.report,
      },
    )
  }
  /** Takes two runs that are paused or train. */
  function take(a: string, b: string): void {
    leave()
    pair.value = [a, b]
    stops = [follow(a), follow(b)]
    compare.choosePair(a, b)
  }
  /** The runs remain as they are at the end of the current part. */
  function leave(): void {
    isPlaying.value = false
    for (const stop of stops) stop()
    stops = []
    pair.value = null
    statuses.clear()
    for (const look of waiting) look()
  }

  /** Starts two runs with the same seed, paused before their first step, and compares them. */
  const start = (labs: readonly [TwinLab, TwinLab], seed: number): Promise<void> =>
    exclusively(async () => {
      const runs: string[] = []
      try {
        for (const { lab, data } of labs) {
          const seeded = { ...lab, training: { ...lab.training, seed } }
          const asked = { lab: seeded, engine: 'auto', data, paused: true, moments: settings.moments } as const
          runs.push((await host.call['runs.start'](asked)).run)
        }
      } catch (error) {
        // One alone is no use.
        for (const run of runs) await host.call['runs.command']({ run, command: 'stop' })
        throw error
      }
      const [a, b] = runs as [string, string]
      compare.chooseFirst([a, b])
      take(a, b)
    })

  /** Also bounds a run that trains already. */
  async function send(): Promise<void> {
    const asked = { command: 'resume', until: target } as const
    await Promise.all((pair.value ?? []).map((run) => host.call['runs.command']({ run, ...asked })))
  }
  const areIn = (state: RunState): boolean => both.value.length === 2 && both.value.every((each) => each.state === state)
  /** Brings both to this step. Resolves when they have paused there, or one of them has ended. */
  async function advance(to: number): Promise<void> {
    const runs = pair.value
    if (!runs) return
    ;[target, isHalted] = [to, false]
    await send()
    await new Promise<void>((resolve) => {
      const look = (): void => {
        const isThere = areIn('paused') && (isHalted || both.value.every(({ step: at }) => at >= to))
        const isOver = pair.value !== runs || !both.value.every(isUnderWay)
        if (!isOver && !isThere) return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
    })
  }
  /** The step of the one that is ahead. */
  const front = (): number => Math.max(0, ...both.value.map((status) => status.step))

  async function exclusively(work: () => Promise<void>): Promise<void> {
    if (busy.value) return
    busy.value = true
    await notices.attempt(work)
    busy.value = false
  }
  const stepOnce = (): Promise<void> => exclusively(() => advance(front() + 1))

  const goesOn = (): boolean => isPlaying.value && canTrain.value
  const play = (): Promise<void> =>
    exclusively(async () => {
      isPlaying.value = true
      try {
        let shortest = Infinity
        for (let steps = 1; goesOn();) {
          const began = performance.now()
          await advance(front() + steps)
          const took = performance.now() - began
          steps = nextPart(steps, took, (shortest = Math.min(shortest, took)))
        }
        // Paused at different steps, or one of them resumed by another page: the one behind catches up.
        for (let tries = 0; tries < mostTries && canTrain.value && step.value === null; tries++) await advance(front())
      } finally {
        isPlaying.value = false
      }
    })
  /** They pause at once, and meet at the step of the one that is ahead. */
  async function pause(): Promise<void> {
    isPlaying.value = false
    const runs = pair.value ?? []
    const replies = await Promise.allSettled(runs.map((run) => host.call['runs.command']({ run, command: 'pause' })))
    if (pair.value !== runs) return
    for (const reply of replies) if (reply.status === 'fulfilled') statuses.set(reply.value.run, reply.value)
    isHalted = areIn('paused') && replies.every(({ status }) => status === 'fulfilled')
    // One that waits for a core cannot be paused: both go to the end of the part.
    if (!isHalted && canTrain.value) await notices.attempt(send)
    for (const look of waiting) look()
  }

  async function stop(): Promise<void> {
    isPlaying.value = false
    const active = both.value.filter(isUnderWay)
    await notices.attempt(() => Promise.all(active.map(({ run }) => host.call['runs.command']({ run, command: 'stop' }))))
  }

  return { pair, statuses, isPlaying, busy, canTrain, step, take, leave, start, stepOnce, play, pause, stop }
})

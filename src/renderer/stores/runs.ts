/** All runs the host keeps, and what can be done with those that are not on screen. */
import { defineStore } from 'pinia'
import { computed, shallowReactive, watch } from 'vue'
import type { RunStatus } from '@core/contract/lab'
import type { LabDocument } from '@core/lab/document'
import { useHost } from '../api/host'
import { useFiles } from './files'
import { useNotices } from './notices'
import { useRun } from './run'

/** What a run trains. */
export interface Experiment {
  readonly document: LabDocument
  readonly data: string | null
}

/** How far a run is and how well it does, as far as it has been told to this window. */
export interface Figures {
  readonly step: number
  readonly loss: number
  readonly accuracy: number | undefined
}

/** When it was asked for: a run's id begins with that, in milliseconds since 1970. Null for one that a person has named. */
export function begunAt({ run }: RunStatus): Date | null {
  const [, digits] = /^([0-9a-z]{8})-[0-9a-f]{12}$/.exec(run) ?? []
  return digits === undefined ? null : new Date(parseInt(digits, 36))
}

export const useRuns = defineStore('runs', () => {
  const host = useHost()
  const files = useFiles()
  const run = useRun()
  const notices = useNotices()

  /** Newest first. */
  const listed = computed(() => [...run.runs].sort((a, b) => (a.run < b.run ? 1 : -1)))

  /** What each run trains, asked for once. */
  const experiments = shallowReactive(new Map<string, Experiment>())
  watch(
    [() => run.status?.run, () => run.runDocument],
    ([id, document]) => {
      if (id !== undefined && document) experiments.set(id, { document, data: run.runData })
    },
    { immediate: true },
  )

  // Read when the list is drawn, not watched: a run tells more than anyone reads.
  const told = new Map<string, Figures>()
  host.on('run.telemetry', ({ run: id, firstStep, losses, evaluations }) => {
    const before = told.get(id)
    const accuracy = evaluations.at(-1)?.metrics['accuracy'] ?? before?.accuracy
    if (losses.length > 0) told.set(id, { step: firstStep + losses.length - 1, loss: losses.at(-1)!, accuracy })
    else if (before) told.set(id, { ...before, accuracy })
  })
  function figuresOf(id: string): Figures | null {
    const { losses, evaluations } = run.series
    if (id !== run.status?.run || losses.length === 0) return told.get(id) ?? null
    return { step: losses.length, loss: losses.at(-1)!, accuracy: evaluations.at(-1)?.metrics['accuracy'] }
  }

  async function refresh(): Promise<void> {
    await run.refreshList()
    const unknown = listed.value.filter(({ run: id }) => !experiments.has(id))
    const read = async ({ run: id }: RunStatus): Promise<void> => {
      const { lab: document, data } = await host.call['runs.read']({ run: id })
      experiments.set(id, { document, data })
    }
    // A run that went meanwhile is listed without a name, until the list is asked for again.
    await Promise.allSettled(unknown.map(read))
  }

  /** Shows a run with the lab it trains; what is on screen makes way as for any other lab. False if the person stays. */
  async function open(shown: RunStatus): Promise<boolean> {
    const experiment = experiments.get(shown.run)
    if (!experiment || !(await files.mayLeave())) return false
    const { document, data } = experiment
    // The rate may have been changed since it began, and is shown as it is.
    files.open({ ...document, training: { ...document.training, learningRate: shown.learningRate } }, { data })
    await run.attach(shown, document, data)
    return true
  }

  /** Goes on from the last checkpoint: on screen where its lab is known, otherwise in the background. */
  async function resume(stopped: RunStatus): Promise<void> {
    if (stopped.run === run.status?.run || (experiments.has(stopped.run) && (await open(stopped)))) await run.restore()
    else if (!experiments.has(stopped.run)) await host.call['runs.restore']({ run: stopped.run })
  }

  async function stop({ run: id }: RunStatus): Promise<void> {
    await host.call['runs.command']({ run: id, command: 'stop' })
  }

  async function remove({ run: id }: RunStatus): Promise<void> {
    await host.call['runs.remove']({ run: id })
    run.forget(id)
    experiments.delete(id)
    told.delete(id)
    notices.tell('runs.deleted')
  }

  return { listed, experiments, figuresOf, refresh, open, resume, stop, remove }
})

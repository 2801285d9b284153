/** Experiments kept by the host: started here or in another window, with how far they are and what was measured. */
import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { isUnderWay, type ExperimentStatus } from '@core/contract/experiments'
import { experimentOf, keyOf, type ExperimentSource, type OwnSource } from '@core/sweeps/source'
import { seedsOf } from '@core/experiments/types'
import { judge, type Judged } from '@core/experiments/verdict'
import { textIn, type LabDocument, type LocalText } from '@core/lab/document'
import { useHost } from '../api/host'
import { inBoth } from '../locales'
import { useFiles } from './files'
import { useNotices } from './notices'

export const useExperiments = defineStore('experiments', () => {
  const host = useHost()
  const notices = useNotices()
  const files = useFiles()

  const kept = shallowRef<ReadonlyMap<string, ExperimentStatus>>(new Map())
  // The first part after each connection contains everything.
  host.onConnected(() => (kept.value = new Map()))
  host.stream(
    'experiments.watch',
    {},
    {
      onPart({ experiments, removed }) {
        const next = new Map(kept.value)
        for (const each of experiments) next.set(each.id, each)
        for (const id of removed) next.delete(id)
        kept.value = next
      },
      onFailure: notices.report,
    },
  )

  /** Newest first. */
  const listed = computed(() => [...kept.value.values()].toSorted((a, b) => b.begun - a.begun))
  const of = (experiment: ExperimentSource): readonly ExperimentStatus[] =>
    listed.value.filter((each) => keyOf(each.experiment) === keyOf(experiment))
  /** The newest that is not finished: under way, interrupted, cancelled or failed, if nothing was finished since. */
  const unfinished = (experiment: ExperimentSource): ExperimentStatus | null => {
    const [newest] = of(experiment)
    return newest && newest.state !== 'finished' ? newest : null
  }
  /** The newest finished one; a full one comes before a quick one. */
  function latest(experiment: ExperimentSource): ExperimentStatus | null {
    const finished = of(experiment).filter(({ state }) => state === 'finished')
    return finished.find(({ quick }) => !quick) ?? finished[0] ?? null
  }
  /** The verdict on each claim by what was measured here; empty before. */
  function verdicts(experiment: ExperimentSource): readonly Judged[] {
    const measurements = latest(experiment)?.measurements
    return measurements ? judge(experimentOf(experiment), measurements).claims : []
  }
  const underWay = computed(() => listed.value.filter(isUnderWay))

  /** One's own that were composed or opened in this window. */
  const added = shallowRef<readonly OwnSource[]>([])
  /** All of one's own: those measured here, and those added since. */
  const own = computed(() => {
    const all = [...added.value, ...listed.value.map(({ experiment }) => experiment)]
    return [...new Map(all.flatMap((each) => (typeof each === 'string' ? [] : [[keyOf(each), each] as const]))).values()]
  })
  const add = (experiment: OwnSource): void => void (added.value = [experiment, ...added.value])

  const start = (experiment: ExperimentSource, quick: boolean, seeds: readonly number[] = seedsOf(quick)) =>
    notices.attempt(
      () => host.call['experiments.start']({ experiment, quick, seeds: [...seeds], engine: 'auto' }),
      'experiment',
    )
  const resume = (id: string) => notices.attempt(() => host.call['experiments.resume']({ id }), 'experiment')
  const cancel = (id: string) => notices.attempt(() => host.call['experiments.cancel']({ id }), 'experiment')
  async function remove(id: string): Promise<void> {
    const done = await notices.attempt(async () => {
      await host.call['experiments.remove']({ id })
      return true
    })
    if (done) notices.tell('experimentView.deleted')
  }

  /** A variation as a lab of its own, named after both. */
  function labOf(experiment: ExperimentSource, variation: string): LabDocument | null {
    const { id, texts, variations } = experimentOf(experiment)
    const found = variations.find((each) => each.id === variation)
    if (!found) return null
    const [en, zh] = (['en', 'zh'] as const).map((language) => {
      const inFile = (key: string): string => inBoth(`experiments.experiments.${id}.${key}`)[language]
      const own = (text: LocalText = ''): string => textIn(text, language)
      const title = texts ? own(texts.title) : inFile('title')
      return `${title} ${language === 'en' ? '–' : '—'} ${texts ? own(texts.variations[variation]) : inFile(`variations.${variation}`)}`
    })
    const { lab, steps, quickSteps } = found
    const training = { ...lab.training, steps: Math.max(1, steps, quickSteps) }
    return { ...lab, title: { en: en!, zh: zh! }, training }
  }
  /** Opens a variation on the canvas; false if the learner rather keeps the lab that is open. */
  async function open(experiment: ExperimentSource, variation: string): Promise<boolean> {
    const lab = labOf(experiment, variation)
    if (!lab || !(await files.mayLeave())) return false
    files.open(lab)
    return true
  }

  return { listed, own, add, of, unfinished, latest, verdicts, underWay, start, resume, cancel, remove, labOf, open }
})

/** The run on screen: which lab it trains, and what can be asked of it. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { RunCommand, RunStatus } from '@core/contract/runs'
import { canContinue, canResume, hearsChanges, isUnderWay, trains } from '@core/contract/run-state'
import { LabError } from '@core/errors'
import { expandGroups } from '@core/graph/expansion'
import { takenCounts } from '@core/graph/transplant'
import type { LabDocument } from '@core/lab/document'
import { sameExperiment } from '@core/lab/same'
import type { TaskSpec } from '@core/tasks/types'
import { dequal } from 'dequal/lite'
import { useHost } from '../api/host'
import { useFiles } from './files'
import { useFollower } from './follow'
import { useLab } from './lab'
import { useNotices } from './notices'
import { useProblems } from './problems'
import { useTask } from './task'

/** What a run trains; the lab on screen may have been edited since. */
export interface Experiment {
  readonly document: LabDocument
  /** The learner's own text or table. */
  readonly data: string | null
}

export const useRun = defineStore('run', () => {
  const host = useHost()
  const lab = useLab()
  const task = useTask()
  const problems = useProblems()
  const files = useFiles()
  const notices = useNotices()

  const { status, follow, leave, receive, hurry, ...told } = useFollower(host, {
    onState(now, before) {
      if (!hearsChanges(before)) bringUpToDate(now)
    },
    onGone: detach,
    onFailure: notices.report,
  })

  const experiment = shallowRef<Experiment | null>(null)
  /** What its task is; null until that is known. */
  const spec = shallowRef<TaskSpec | null>(null)
  /** The graph it trains, with every group replaced by its blocks. */
  const graph = computed(() => experiment.value && expandGroups(experiment.value.document.graph).graph)
  /** While a run is being started or continued: pressing play twice starts one. */
  const busy = ref(false)
  /** Whether it was started or continued here, and is stopped when the lab is left. */
  let isOurs = false

  const active = computed(() => status.value !== null && isUnderWay(status.value))
  const running = computed(() => status.value !== null && trains(status.value))
  /** The run, once it has a model that can be looked at. */
  const model = computed(() => {
    if (!status.value) return null
    const { run, state, checkpoint } = status.value
    return checkpoint === null && (state === 'queued' || state === 'starting') ? null : run
  })
  /** Whether the lab is no longer what the run trains. */
  const stale = computed(() => {
    if (!experiment.value || !lab.document) return false
    return experiment.value.data !== lab.dataId || !sameExperiment(experiment.value.document, lab.document)
  })
  /** Whether it ended before its last step, and can go on to that. */
  const resumable = computed(() => status.value !== null && !stale.value && canResume(status.value))
  /** Whether it has taken all its steps, and can take more. */
  const extendable = computed(
    () => status.value !== null && !stale.value && canContinue(status.value) && !canResume(status.value),
  )

  /** Whether a single step can be taken: of a new run, of a paused one, or beyond the last step of a finished one. */
  const canStep = computed(() => lab.document !== null && !running.value && !resumable.value)
  /** What is done next, as a matter of course. */
  const next = computed(() => (running.value ? 'pause' : resumable.value ? 'resume' : extendable.value ? 'extend' : 'play'))
  /** How many steps a run that has taken all of its own is continued for; as many as its lab has, unless it is set. */
  const chosenSteps = ref<number | null>(null)
  const moreSteps = computed({
    get: () => chosenSteps.value ?? experiment.value?.document.training.steps ?? 1,
    set: (steps) => (chosenSteps.value = steps),
  })

  /** Shows a run. Of the one before it, pictures and curves stay until this one has its own. */
  function show(run: string, known: RunStatus | null, trained: Experiment, described: TaskSpec | null): void {
    experiment.value = trained
    spec.value = described
    isOurs = false
    chosenSteps.value = null
    follow(run, known)
    if (!described) void notices.attempt(() => describe(trained))
  }
  async function describe(trained: Experiment): Promise<void> {
    const { document, data } = trained
    const isOpen = data === lab.dataId && dequal(document.task, lab.document?.task)
    if (isOpen) await task.settle()
    const described = isOpen && task.spec ? task.spec : await host.call['task.describe']({ task: document.task, data })
    if (experiment.value === trained) spec.value = described
  }
  function detach(): void {
    leave()
    experiment.value = spec.value = null
    isOurs = false
  }

  // Another lab begins with an empty panel; what was started here for the one before is stopped, and kept by the host.
  watch(
    () => lab.opened,
    () => {
      if (active.value && isOurs) void notices.attempt(() => command('stop'))
      detach()
    },
    { flush: 'sync' },
  )

  /** Shows a run with the lab it trains; what is on screen makes way as for any other lab. False if the person stays. */
  async function open(chosen: RunStatus): Promise<boolean> {
    const { lab: document, data } = await host.call['runs.read']({ run: chosen.run })
    if (!(await files.mayLeave())) return false
    // The rate may have been changed since it began, and is shown as it is.
    files.open({ ...document, training: { ...document.training, learningRate: chosen.learningRate } }, { data })
    show(chosen.run, chosen, { document, data }, null)
    return true
  }
  /** Shows a run that was on screen when the lab was left, if there still is one. */
  function reopen(id: string, trained: Experiment): void {
    show(id, null, trained, null)
    isOurs = true
  }

  const exclusively = async (action: () => Promise<unknown>): Promise<void> => {
    if (busy.value) return
    busy.value = true
    await notices.attempt(action)
    busy.value = false
  }

  /** `from` is a run whose weights it begins with. */
  async function start(paused: boolean, from: string | null = null): Promise<void> {
    const { opened } = lab
    const hasProblems = await problems.check()
    const document = lab.document
    if (hasProblems || !document || opened !== lab.opened) return
    if (task.problem) throw new LabError(task.problem.code, task.problem.params, task.problem)
    if (active.value && isOurs) await command('stop')
    const [data, described] = [lab.dataId, task.spec]
    const started = await host.call['runs.start']({ lab: document, engine: 'auto', data, paused, from })
    if (opened !== lab.opened) {
      // Something else was opened meanwhile: as any run of a lab that is left, it is stopped, and kept by the host.
      await host.call['runs.command']({ run: started.run, command: 'stop' })
      return
    }
    show(started.run, started, { document, data }, described)
    isOurs = true
    if (started.transplant) notices.tell('weights.taken', takenCounts(started.transplant))
    bringUpToDate(started)
  }

  /** Goes on from the last checkpoint, to the step that was its last or, with `more`, beyond it. */
  async function resume(more: number | null): Promise<void> {
    if (!status.value) return
    hurry()
    receive(await host.call['runs.resume']({ run: status.value.run, more }))
    isOurs = true
  }
  async function command(name: RunCommand): Promise<void> {
    hurry()
    if (status.value) receive(await host.call['runs.command']({ run: status.value.run, command: name }))
  }

  /** Goes on with a paused run of the lab as it is, or starts a new one. */
  const play = (): Promise<void> =>
    exclusively(async () => {
      if (status.value?.state === 'queued' && !stale.value) return // it starts by itself when it is its turn
      if (status.value?.state === 'paused' && !stale.value) await command('resume')
      else await start(false)
    })
  /** A new run of the lab as it is now. What was started here and still runs is stopped. */
  const trainAgain = (): Promise<void> => exclusively(() => start(false))
  /** The same, beginning with the weights of another run's last checkpoint. */
  const startFrom = (id: string): Promise<void> => exclusively(() => start(false, id))
  /** Trains a run that has ended on: to the step that was to be its last or, where it has taken that, for so many more. */
  const goOn = (): Promise<void> =>
    exclusively(async () => {
      if (resumable.value) await resume(null)
      else if (extendable.value) await resume(moreSteps.value)
    })
  const pause = (): Promise<void> => exclusively(() => command('pause'))
  const stop = (): Promise<void> => exclusively(() => command('stop'))
  const toggle = (): Promise<void> => ({ pause, play, resume: goOn, extend: goOn })[next.value]()
  const step = (): Promise<void> =>
    exclusively(async () => {
      if (extendable.value) return resume(1)
      if (!active.value || stale.value) await start(true)
      await command('step')
    })

  /** Tells a process that has just begun to listen what is set on screen. */
  function bringUpToDate(now: RunStatus): void {
    const learningRate = lab.document?.training.learningRate
    if (learningRate === undefined || stale.value || !hearsChanges(now) || now.learningRate === learningRate) return
    hurry()
    void notices.attempt(async () => receive(await host.call['runs.tune']({ run: now.run, learningRate })))
  }
  watch(
    () => lab.document?.training.learningRate,
    () => status.value && bringUpToDate(status.value),
  )
  /** In the document, where it can be undone, and in the run at once. */
  function setLearningRate(learningRate: number): void {
    lab.apply({ type: 'setTraining', training: { learningRate } })
  }

  return {
    ...{
      status,
      ...told,
      experiment,
      spec,
      graph,
      model,
      busy,
      active,
      running,
      stale,
      resumable,
      extendable,
      canStep,
      next,
      moreSteps,
    },
    ...{ open, reopen, play, pause, step, stop, toggle, trainAgain, goOn, startFrom, setLearningRate, hurry },
  }
})

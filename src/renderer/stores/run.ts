/** The run on screen: the lab it trains, its state, and its commands. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { Fork, RunCommand, RunStatus } from '@core/contract/runs'
import { canContinue, canResume, acceptsChanges, isUnderWay, trains } from '@core/contract/run-state'
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
import { useSettings } from './settings'
import { useTask } from './task'

/** What a run trains. The lab on screen may have been edited since. */
export interface Experiment {
  readonly document: LabDocument
  /** Id of the custom data. */
  readonly data: string | null
}

export const useRun = defineStore('run', () => {
  const host = useHost()
  const lab = useLab()
  const task = useTask()
  const problems = useProblems()
  const files = useFiles()
  const notices = useNotices()
  const settings = useSettings()

  const { status, follow, leave, receive, hurry, ...told } = useFollower(host, {
    onState(now, before) {
      if (!acceptsChanges(before)) bringUpToDate(now)
    },
    onGone: detach,
    onFailure: notices.report,
  })

  const experiment = shallowRef<Experiment | null>(null)
  /** Its task; null until known. */
  const spec = shallowRef<TaskSpec | null>(null)
  /** Its graph with groups expanded into their blocks. */
  const graph = computed(() => experiment.value && expandGroups(experiment.value.document.graph).graph)
  /** A start or resume is pending; blocks a second one. */
  const busy = ref(false)
  /** Whether it was started or resumed in this window, and so is stopped when the lab is closed. */
  let isOurs = false

  const active = computed(() => status.value !== null && isUnderWay(status.value))
  const running = computed(() => status.value !== null && trains(status.value))
  /** Run id once there is a model to look at; else null. */
  const model = computed(() => {
    if (!status.value) return null
    const { run, state, checkpoint } = status.value
    return checkpoint === null && (state === 'queued' || state === 'starting') ? null : run
  })
  /** Whether the lab differs from what the run trains. */
  const stale = computed(() => {
    if (!experiment.value || !lab.document) return false
    return experiment.value.data !== lab.dataId || !sameExperiment(experiment.value.document, lab.document)
  })
  /** Whether it ended before its last step and can be resumed. */
  const resumable = computed(() => status.value !== null && !stale.value && canResume(status.value))
  /** Whether all steps are done and it can be extended. */
  const extendable = computed(
    () => status.value !== null && !stale.value && canContinue(status.value) && !canResume(status.value),
  )

  /** Whether a single step is possible: of a new or paused run, or beyond the end of a finished one. */
  const canStep = computed(() => lab.document !== null && !running.value && !resumable.value)
  /** Function of the primary button. */
  const next = computed(() => (running.value ? 'pause' : resumable.value ? 'resume' : extendable.value ? 'extend' : 'play'))
  /** Number of steps to extend a finished run by; null for the number in its lab. */
  const chosenSteps = ref<number | null>(null)
  const moreSteps = computed({
    get: () => chosenSteps.value ?? experiment.value?.document.training.steps ?? 1,
    set: (steps) => (chosenSteps.value = steps),
  })

  /** Shows a run. Data of the previous run stays until this one has its own. */
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

  // Opening another lab clears the panel and stops a run started here; the host keeps the run.
  watch(
    () => lab.opened,
    () => {
      if (active.value && isOurs) void notices.attempt(() => command('stop'))
      detach()
    },
    { flush: 'sync' },
  )

  /** Opens a run with its lab, asking about unsaved changes. Returns false if cancelled. */
  async function open(chosen: RunStatus): Promise<boolean> {
    const { lab: document, data } = await host.call['runs.read']({ run: chosen.run })
    if (!(await files.mayLeave())) return false
    // Use the current learning rate of the run, which may differ from the initial one.
    files.open({ ...document, training: { ...document.training, learningRate: chosen.learningRate } }, { data })
    show(chosen.run, chosen, { document, data }, null)
    return true
  }
  /** Shows the run of a restored draft, if it still exists. */
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

  /** `from` is a run to take the initial weights from, `fork` one to go on from. */
  async function start(paused: boolean, from: string | null = null, fork: Fork | null = null): Promise<void> {
    const { opened } = lab
    const hasProblems = await problems.check()
    const document = lab.document
    if (hasProblems || !document || opened !== lab.opened) return
    if (task.problem) throw new LabError(task.problem.code, task.problem.params, task.problem)
    if (active.value && isOurs) await command('stop')
    const [data, described] = [lab.dataId, task.spec]
    const started = await host.call['runs.start']({
      lab: document,
      engine: 'auto',
      data,
      paused,
      from,
      fork,
      moments: settings.moments,
    })
    if (opened !== lab.opened) {
      // Another lab was opened meanwhile: stop the run like any run of a closed lab; the host keeps it.
      await host.call['runs.command']({ run: started.run, command: 'stop' })
      return
    }
    show(started.run, started, { document, data }, described)
    isOurs = true
    if (started.transplant) notices.tell('weights.taken', takenCounts(started.transplant))
    bringUpToDate(started)
  }

  /** Continues from the last checkpoint to the last step, or `more` steps beyond it. */
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

  /** Resumes a paused run of the unchanged lab, or starts a new one. */
  const play = (): Promise<void> =>
    exclusively(async () => {
      if (status.value?.state === 'queued' && !stale.value) return // starts by itself when it is its turn
      if (status.value?.state === 'paused' && !stale.value) await command('resume')
      else await start(false)
    })
  /** Starts a new run of the current lab, and stops an active one started here. */
  const trainAgain = (): Promise<void> => exclusively(() => start(false))
  /** Like `trainAgain`, with the weights of another run's last checkpoint. */
  const startFrom = (id: string): Promise<void> => exclusively(() => start(false, id))
  /** Starts a new run of the current lab that goes on from a step of the run on screen. */
  const forkAt = (step: number): Promise<void> =>
    exclusively(async () => {
      if (status.value) await start(false, null, { run: status.value.run, step })
    })
  /** Continues a run that has ended: to its last step or, if that is done, by `moreSteps`. */
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

  /** Sends the learning rate to a process that has just become able to receive it. */
  function bringUpToDate(now: RunStatus): void {
    const learningRate = lab.document?.training.learningRate
    if (learningRate === undefined || stale.value || !acceptsChanges(now) || now.learningRate === learningRate) return
    hurry()
    void notices.attempt(async () => receive(await host.call['runs.tune']({ run: now.run, learningRate })))
  }
  watch(
    () => lab.document?.training.learningRate,
    () => status.value && bringUpToDate(status.value),
  )
  /** Changes the document, as an undo step, and the run at once. */
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
    ...{ open, reopen, play, pause, step, stop, toggle, trainAgain, goOn, startFrom, forkAt, setLearningRate, hurry },
  }
})

/**
 * The run on screen: what it says of itself and what can be asked of it. What arrives is gathered and shown together, when it is time;
 * tensors and series are never deep reactive.
 */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { RunStatus, Telemetry, ViewFrame, ViewRequest } from '@core/contract/lab'
import { canResume, hearsChanges, isUnderWay, trains } from '@core/contract/run-state'
import { LabError, toProblem } from '@core/errors'
import { takenCounts } from '@core/graph/transplant'
import type { LabDocument } from '@core/lab/document'
import { sameExperiment } from '@core/lab/same'
import type { TaskSpec } from '@core/tasks/types'
import { useHost } from '../api/host'
import { useAnalysis } from './analysis'
import { useLab } from './lab'
import { useNotices } from './notices'
import { createPace } from './pace'
import { emptySeries, GrowingSeries, type Series } from './series'
import { useTask } from './task'

export type Want = Pick<ViewRequest, 'probes' | 'states'>

export const useRun = defineStore('run', () => {
  const host = useHost()
  const lab = useLab()
  const task = useTask()
  const analysis = useAnalysis()
  const notices = useNotices()

  const status = shallowRef<RunStatus | null>(null)
  const frame = shallowRef<ViewFrame | null>(null)
  const series = shallowRef<Series>(emptySeries)
  const stepsPerSecond = ref(0)
  const sample = ref(0)
  /** Multipliers by gate; replaced, never changed in place, as it is sent as it is. */
  const gates = shallowRef<Readonly<Record<string, number[]>>>({})
  /** What the run trains; the lab may have been edited since. */
  const runDocument = shallowRef<LabDocument | null>(null)
  const runData = ref<string | null>(null)
  /** What its task is. */
  const startedSpec = shallowRef<TaskSpec | null>(null)
  const spec = computed(() => {
    if (startedSpec.value) return startedSpec.value
    const [mine, other] = [runDocument.value?.task, lab.document?.task]
    return runData.value === lab.dataId && JSON.stringify(mine) === JSON.stringify(other) ? task.spec : null
  })
  const runs = shallowRef<readonly RunStatus[]>([])
  /** While a run is being started or restored: pressing play twice starts one. */
  const busy = ref(false)

  const active = computed(() => status.value !== null && isUnderWay(status.value))
  const running = computed(() => status.value !== null && trains(status.value))
  /** Whether the lab is no longer what the run trains. */
  const stale = computed(() => {
    if (!runDocument.value || !lab.document) return false
    return runData.value !== lab.dataId || !sameExperiment(runDocument.value, lab.document)
  })
  const restorable = computed(() => status.value !== null && !stale.value && canResume(status.value))

  // What arrives, gathered until it is shown.
  let growing = new GrowingSeries()
  let newStatus: RunStatus | null = null
  let newFrame: ViewFrame | null = null
  let newSpeed = 0
  let grew = false
  const pace = createPace(show, navigator.hardwareConcurrency)

  function show(): void {
    if (newStatus) status.value = newStatus
    if (newFrame) frame.value = newFrame
    if (grew) series.value = growing.view()
    stepsPerSecond.value = newSpeed
    newStatus = newFrame = null
    grew = false
  }
  /** Whatever is shown or waits to be shown is of no account any more. */
  function clear(): void {
    growing = new GrowingSeries()
    newStatus = newFrame = null
    newSpeed = 0
    grew = false
    series.value = emptySeries
    frame.value = null
    stepsPerSecond.value = 0
  }

  function remember(received: RunStatus): void {
    runs.value = [received, ...runs.value.filter(({ run }) => run !== received.run)]
  }
  function receive(received: RunStatus): void {
    remember(received)
    if (received.run !== status.value?.run) return
    if (received.state !== 'running') newSpeed = 0
    if (received.state === status.value.state) newStatus = received
    else {
      // What can be done now depends on it.
      const waited = !hearsChanges(status.value)
      status.value = received
      newStatus = null
      if (waited) bringUpToDate()
      pace.hurry()
    }
    pace.request()
  }
  /** Tells a process that has just begun to listen what is set on screen. */
  function bringUpToDate(): void {
    if (!status.value || !hearsChanges(status.value) || stale.value) return
    const learningRate = lab.document?.training.learningRate
    const change = {
      ...(learningRate !== undefined && learningRate !== status.value.learningRate && { learningRate }),
      ...(JSON.stringify(gates.value) !== JSON.stringify(status.value.gates ?? {}) && { gates: gates.value }),
    }
    if (Object.keys(change).length > 0) void notices.attempt(() => tune(change))
  }
  host.on('run.status', receive)
  host.on('run.telemetry', (telemetry: Telemetry) => {
    if (telemetry.run !== status.value?.run) return
    growing.write({ ...telemetry, first: telemetry.firstStep - 1 })
    grew = true
    newSpeed = telemetry.stepsPerSecond
    const known = newStatus ?? status.value
    const step = telemetry.firstStep + telemetry.losses.length - 1
    if (step > known.step) newStatus = { ...known, step }
    pace.request()
  })
  host.on('run.frame', (received: ViewFrame) => {
    if (received.run !== status.value?.run) return
    newFrame = received
    pace.request()
  })

  /** Shows a run: everything it has told so far, and from now on what it tells. */
  async function attach(shown: RunStatus, trains: LabDocument, data: string | null): Promise<void> {
    clear()
    status.value = shown
    runDocument.value = trains
    runData.value = data
    startedSpec.value = null
    gates.value = shown.gates ?? {}
    remember(shown)
    sendView()
    await catchUp()
  }
  async function catchUp(): Promise<void> {
    const run = status.value?.run
    if (!run) return
    const history = await host.call['runs.history']({ run })
    if (run !== status.value?.run) return
    growing = new GrowingSeries() // the history holds all that was told before it
    growing.write({ ...history, first: 0 })
    newStatus = history.status
    grew = true
    pace.hurry()
    pace.request()
  }

  async function refreshList(): Promise<void> {
    runs.value = await host.call['runs.list']({})
  }
  /** The host has deleted it. */
  function forget(id: string): void {
    runs.value = runs.value.filter(({ run }) => run !== id)
    if (status.value?.run === id) detach()
  }

  // After the first connection there is nothing to catch up with; after a lost one there is.
  host.onConnected(() => {
    void notices.attempt(async () => {
      runs.value = await host.call['runs.list']({})
      const mine = runs.value.find(({ run }) => run === status.value?.run)
      if (!mine) return
      status.value = mine
      sendView()
      await catchUp()
    })
  })

  function detach(): void {
    clear()
    status.value = runDocument.value = null
    runData.value = null
    startedSpec.value = null
    gates.value = {}
  }

  // Another lab begins with an empty panel; what the one before trained is stopped, and kept by the host.
  watch(
    () => lab.opened,
    () => {
      if (active.value) void notices.attempt(() => command('stop'))
      detach()
    },
    { flush: 'sync' },
  )

  const exclusively = async (action: () => Promise<void>): Promise<void> => {
    if (busy.value) return
    busy.value = true
    await notices.attempt(action)
    busy.value = false
  }

  /** `from` is a run whose weights it begins with. */
  async function start(paused: boolean, from: string | null = null): Promise<void> {
    const { opened } = lab
    await task.settle()
    const document = lab.document
    if (!document || opened !== lab.opened) return
    const problem = analysis.result?.problems[0] ?? task.problem
    if (problem) throw new LabError(problem.code, problem.params, problem)
    if (active.value) await command('stop')
    const [data, described] = [lab.dataId, task.spec]
    const started = await host.call['runs.start']({ lab: document, engine: 'auto', data, paused, from })
    if (opened !== lab.opened) {
      // Something else was opened meanwhile: as any run of a lab that is left, it is stopped, and kept by the host.
      await host.call['runs.command']({ run: started.run, command: 'stop' })
      return
    }
    const known = new Set(Object.values(analysis.result?.nodes ?? {}).flatMap((node) => node.gates.map(({ name }) => name)))
    const muted = Object.fromEntries(Object.entries(gates.value).filter(([name]) => known.has(name)))
    const attached = attach(started, document, data)
    startedSpec.value = described
    if (started.transplant) notices.tell('weights.taken', takenCounts(started.transplant))
    gates.value = muted
    bringUpToDate()
    await attached
  }

  async function command(name: 'pause' | 'resume' | 'step' | 'stop' | 'checkpoint' | 'evaluate'): Promise<void> {
    pace.hurry()
    if (status.value) receive(await host.call['runs.command']({ run: status.value.run, command: name }))
  }
  async function tune(change: { learningRate?: number; gates?: Record<string, number[]> }): Promise<void> {
    pace.hurry()
    if (status.value && hearsChanges(status.value)) receive(await host.call['runs.tune']({ run: status.value.run, ...change }))
  }

  /** Goes on with a paused run of the same experiment, restores an interrupted one, or starts a new one. */
  function play(): Promise<void> {
    return exclusively(async () => {
      if (status.value?.state === 'queued' && !stale.value) return // it starts by itself when it is its turn
      if (status.value?.state === 'paused' && !stale.value) await command('resume')
      else if (status.value?.state === 'interrupted' && restorable.value) await resume()
      else await start(false)
    })
  }
  /** A new run of the lab as it is now; what runs is stopped. */
  const restart = (): Promise<void> => exclusively(() => start(false))
  /** The same, beginning with the weights of another run's last checkpoint. */
  const startFrom = (id: string): Promise<void> => exclusively(() => start(false, id))
  const pause = (): Promise<void> => exclusively(() => command('pause'))
  const stop = (): Promise<void> => exclusively(() => command('stop'))
  function step(): Promise<void> {
    return exclusively(async () => {
      if (!active.value || stale.value) await start(true)
      await command('step')
    })
  }

  async function resume(): Promise<void> {
    const [shown, trained, muted] = [status.value, runDocument.value, gates.value]
    if (!shown || !trained) return
    const restored = await host.call['runs.restore']({ run: shown.run })
    if (status.value?.run !== shown.run) return
    const attached = attach(restored, trained, runData.value)
    gates.value = muted
    bringUpToDate()
    await attached
  }
  /** Goes on from the last checkpoint of a run that was interrupted or stopped. */
  const restore = (): Promise<void> => exclusively(resume)

  /** In the document, where it can be undone, and in the run at once. */
  function setLearningRate(learningRate: number): void {
    lab.apply({ type: 'setTraining', training: { learningRate } })
  }
  watch(
    () => lab.document?.training.learningRate,
    (learningRate) => {
      if (learningRate === undefined || !active.value || stale.value || status.value?.learningRate === learningRate) return
      void notices.attempt(() => tune({ learningRate }))
    },
  )

  /** Mutes or unmutes one of a gate's multipliers, live. */
  function toggleGate(name: string, index: number, size: number): void {
    const multipliers = gates.value[name] ?? Array.from({ length: size }, () => 1)
    gates.value = { ...gates.value, [name]: multipliers.map((value, i) => (i === index ? 1 - value : value)) }
    void notices.attempt(() => tune({ gates: gates.value }))
  }

  // What the visible views look at, each under its own key.
  const wants = new Map<string, Want>()
  let viewTimer: ReturnType<typeof setTimeout> | undefined
  function want(key: string, request: Want | null): void {
    if (JSON.stringify(wants.get(key) ?? null) === JSON.stringify(request)) return
    if (request) wants.set(key, request)
    else wants.delete(key)
    scheduleView()
  }
  function scheduleView(): void {
    pace.hurry()
    clearTimeout(viewTimer)
    viewTimer = setTimeout(sendView, 30)
  }
  function sendView(): void {
    clearTimeout(viewTimer)
    const run = status.value?.run
    if (!run) return
    const looking = document.hidden ? [] : [...wants.values()]
    const union = (part: keyof Want): string[] => [...new Set(looking.flatMap((request) => request[part]))].slice(0, 200)
    const view = { sample: sample.value, probes: union('probes'), states: union('states') }
    host.call['runs.view']({ run, view }).catch((error: unknown) => {
      // A run that has just ended cannot be looked at, and one that cannot be reached is reported elsewhere.
      if (toProblem(error).code === 'internal') notices.fail(error)
    })
  }
  watch(sample, scheduleView)
  document.addEventListener('visibilitychange', scheduleView) // nobody looks at a hidden window

  return {
    status,
    frame,
    series,
    stepsPerSecond,
    sample,
    gates,
    runDocument,
    runData,
    spec,
    runs,
    busy,
    active,
    running,
    stale,
    restorable,
    attach,
    refreshList,
    forget,
    play,
    startFrom,
    restart,
    pause,
    step,
    stop,
    restore,
    setLearningRate,
    toggleGate,
    want,
  }
})

/** The model that an export starts from: that of a lab, untrained, or that of a run at one of its steps. */
import { basename } from 'node:path'
import type { Signal } from '@core/contract/cancel'
import type { SourceRef } from '@core/contract/exchange'
import { engineChoice } from '@core/contract/engine'
import { LabError } from '@core/errors'
import { compile } from '@core/graph/compile'
import type { LabDocument } from '@core/lab/document'
import { initialise } from '@core/random/initialisers'
import { RunSeries } from '@core/series/series'
import { createTask } from '@core/tasks'
import type { TaskInstance, TaskSpec } from '@core/tasks/types'
import type { SafeTensor } from '@engine/safetensors'
import { exportStates } from '@engine/training'
import { PastModel } from '@engine/worker/past-model'
import { keepsTask, readTask } from '../service/kept-task'
import { createExecutor } from '../engine/choose'
import { diskStorage, readBestCheckpoint, readCheckpoint } from '../engine/disk-storage'
import { nodeSurroundings } from '../engine/surroundings'
import { readMetrics } from '../service/metrics-file'
import { metricsPath, readRecord, readRequest, type RunRecord } from '../service/run-files'

export interface ExportSource {
  /** Of the lab or the run's folder; suits a file name. */
  readonly name: string
  readonly lab: LabDocument
  readonly spec: TaskSpec
  /** Null if it reads a text of the learner's that is not at hand; then there are no batches. */
  readonly task: TaskInstance | null
  /** The learner's own text that the task reads; null for none. */
  readonly data: string | null
  /** All that inference needs, in the order of the program: weights and running statistics. */
  readonly weights: ReadonlyMap<string, SafeTensor>
  /** States of the optimiser, `optimiser/…`; empty for an untrained model and for the best weights, which are kept without them. */
  readonly optimiser: ReadonlyMap<string, SafeTensor>
  /** Training steps that produced the weights. */
  readonly step: number
  /** Base rate with which training goes on, before the schedule. */
  readonly learningRate: number
  readonly trained: boolean
  readonly series: RunSeries
  /** Null for a lab, and for a checkpoint without a record. */
  readonly record: RunRecord | null
}

/** Throws LabError: of the lab or the checkpoint; `resume.needs-data` if a task needs a text that is not given. */
export function openSource(ref: SourceRef, signal: Signal): Promise<ExportSource> {
  return ref.kind === 'lab' ? Promise.resolve(freshSource(ref)) : runSource(ref, signal)
}

function freshSource({ name, lab, data }: SourceRef & { kind: 'lab' }): ExportSource {
  const task = createTask(lab.task, data)
  const { states } = compile(lab, task.spec.signature, { mode: 'infer', batch: 1 })
  const first = states.map(({ name: state, value: { shape }, initialiser }): [string, SafeTensor] => [
    state,
    { shape, data: initialise(initialiser, shape, lab.training.seed, state) },
  ])
  return {
    ...{ name, lab, spec: task.spec, task, data, weights: new Map(first), optimiser: new Map(), step: 0, trained: false },
    ...{ learningRate: lab.training.learningRate, series: new RunSeries(), record: null },
  }
}

interface Weights {
  readonly lab: LabDocument
  readonly states: ReadonlyMap<string, SafeTensor>
  readonly step: number
  readonly learningRate: number
}

async function runSource({ directory, data, at }: SourceRef & { kind: 'run' }, signal: Signal): Promise<ExportSource> {
  const record = await readRecord(directory).catch(() => null)
  const { lab, states, step, learningRate } = await weightsAt(directory, data, at, record, signal)
  const isOwn = (await readRequest(directory).catch(() => null))?.data != null
  const task = isOwn && data === null ? null : createTask(lab.task, data)
  if (!task && !keepsTask(directory)) throw new LabError('resume.needs-data', { path: directory })
  const spec = task?.spec ?? (await readTask(directory, lab))
  const wanted = compile(lab, spec.signature, { mode: 'infer', batch: 1 }).states
  const weights = wanted.map(({ name, value: { shape } }): [string, SafeTensor] => {
    const tensor = states.get(name)
    if (tensor?.shape.join() !== shape.join()) throw new LabError('checkpoint.other-model', { state: name })
    return [name, tensor]
  })
  return {
    ...{ name: basename(directory), lab, spec, task, data, weights: new Map(weights), step, learningRate, record },
    optimiser: new Map([...states].filter(([name]) => name.startsWith('optimiser/'))),
    trained: true,
    series: await readMetrics(metricsPath(directory)),
  }
}

async function weightsAt(
  directory: string,
  data: string | null,
  at: 'newest' | 'best' | number,
  record: RunRecord | null,
  signal: Signal,
): Promise<Weights> {
  if (typeof at === 'string') return (at === 'best' ? readBestCheckpoint : readCheckpoint)(directory)
  if (!record) throw new LabError('folder.no-training', { path: directory })
  const { status } = record
  if (at > status.step) throw new LabError('model.no-such-step', { run: status.run, step: at, kept: status.checkpoint ?? 0 })
  if ((await readRequest(directory)).data !== null && data === null)
    throw new LabError('resume.needs-data', { path: directory })
  // The engine that trained it: another one gives other bytes.
  const executor = await createExecutor(engineChoice.parse(status.engine), () => undefined)
  const past = new PastModel(executor, diskStorage(directory), nodeSurroundings, data)
  return past.at({ step: at, isExact: true }, signal, (training) =>
    Promise.resolve({
      lab: training.model.lab,
      states: exportStates(training),
      step: training.model.step,
      learningRate: training.learningRate,
    }),
  )
}

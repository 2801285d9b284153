/** `train LAB`: one run in a worker, through the same service and contract as a window's runs. */
import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { newAbort } from '@core/contract/cancel'
import { owner } from '@core/contract/client'
import { evaluationsOf } from '@core/contract/evaluations'
import { labEvents, labMethods, type HostDescription, type LabEvents, type LabMethods } from '@core/contract/lab'
import { memoryPorts } from '@core/contract/memory-port'
import { connect, type Connection } from '@core/contract/rpc'
import { isUnderWay } from '@core/contract/run-state'
import type { Evaluation, RunPart, RunStatus, RunSummary } from '@core/contract/runs'
import type { Caller } from '@core/contract/table'
import { fromProblem, LabError } from '@core/errors'
import { analyse } from '@core/graph/analyse'
import { shardsOf, withShards, type LabDocument } from '@core/lab/document'
import { isReached, type Goal } from '@core/lab/goal'
import { noPoints, RunSeries } from '@core/series/series'
import { importedData } from '../exchange/huggingface/keep-model'
import { createDataInMemory } from '../service/data-in-memory'
import { createLabs } from '../service/labs'
import { pageHost } from '../service/page-host'
import { createService } from '../service/service'
import type { Spawn } from '../service/spawn'
import type { Texts } from '../texts'
import type { TrainOptions } from './arguments'
import { claimOutFolder } from './out-folder'
import { printClasses } from './class-table'
import type { Output } from './output'
import { createProgress } from './progress'
import { claimKeptRun, linkInto, stepsBeyond } from './kept-run'
import { keepTask } from '../service/kept-task'
import { findLab, readData } from './read-lab'
import { table } from './table'
import { makeTemporaryHome } from '../service/temporary-home'
import { reportTransplant } from './transplant'

export interface TrainContext {
  /** Folder of the built-in labs. */
  readonly labs: string
  readonly spawn: Spawn
  readonly description: HostDescription
  readonly output: Output
  readonly texts: Texts
  /** Aborted when the user presses Ctrl+C: the run then stops after its step and writes its checkpoint. */
  readonly interrupted: AbortSignal
}

/**
 * Returns the exit code: 0, or 130 if interrupted. Throws LabError for every failure. `lab` is ignored when a folder is
 * resumed.
 */
export async function train(lab: string, json: boolean, options: TrainOptions, context: TrainContext): Promise<number> {
  if (options.resume !== null) return resumeKept(options.resume, json, options, context)
  const document = adjusted(await findLab(lab, createLabs(context.labs)), options)
  const bytes = options.data === null ? null : await readData(options.data, document.task.kind)
  const out = options.out === null ? null : await claimOutFolder(options.out)
  const { engine } = options
  const from = options.from === null ? null : 'given'
  try {
    return await trainIn(out?.path ?? null, document, bytes, json, options, context, {
      steps: document.training.steps,
      begin: ({ call }, data) => call['runs.start']({ lab: document, engine, data, from, ...(out ? {} : { moments: 0 }) }),
    })
  } finally {
    await out?.release()
  }
}

/** Resumes from the last checkpoint in a saved folder. */
async function resumeKept(folder: string, json: boolean, options: TrainOptions, context: TrainContext): Promise<number> {
  const kept = await claimKeptRun(folder)
  try {
    const more = stepsBeyond(kept, options.steps)
    const { lab, data: trainedOn } = kept.request
    const own = join(kept.path, importedData)
    const from = options.data ?? (existsSync(own) ? own : null)
    const bytes = from === null ? null : await readData(from, lab.task.kind)
    return await trainIn(kept.path, lab, bytes, json, options, context, {
      prepare: (home) => linkInto(home, kept),
      steps: kept.steps + (more ?? 0),
      begin: ({ call }, data) => {
        if (trainedOn !== null && data === null) throw new LabError('resume.needs-data', { path: kept.path })
        if (trainedOn !== data) throw new LabError('resume.other-data', { path: kept.path })
        return call['runs.resume']({ run: kept.run, more })
      },
    })
  } finally {
    await kept.release()
  }
}

type Host = Connection<LabMethods, LabEvents>

/** How to start a training. */
interface Beginning {
  /** Called before the service is created in this home. */
  readonly prepare?: (home: string) => Promise<void>
  /** The total number of steps. */
  readonly steps: number
  /** `data` identifies the learner's text. */
  readonly begin: (host: Host, data: string | null) => Promise<RunStatus>
}

/** `bytes` are the learner's text; `out` is the folder to save the run in, or null. */
async function trainIn(
  out: string | null,
  document: LabDocument,
  bytes: Uint8Array<ArrayBuffer> | null,
  json: boolean,
  options: TrainOptions,
  context: TrainContext,
  { prepare, steps, begin }: Beginning,
): Promise<number> {
  const home = await makeTemporaryHome()
  const log = (where: string, error: unknown): void => context.output.say(`${where}: ${context.texts.error(error)}`)
  const { labs, spawn } = context
  const { from } = options
  await prepare?.(home.path)
  const service = await createService({
    home: home.path,
    labs,
    createData: createDataInMemory,
    spawn,
    log,
    ...(out !== null && { runFolder: () => out }),
    ...(from !== null && { weightsOf: () => resolve(from) }),
  })
  try {
    const [near, far] = memoryPorts()
    service.connect(far, owner, pageHost(context.description))
    const host = connect(near, labMethods, labEvents)
    const data = bytes && (await host.call['data.add']({ name: basename(options.data ?? ''), bytes })).id
    const spec = await host.call['task.describe']({ task: document.task, data })
    const { warnings } = analyse(document, spec.signature)
    for (const notice of [...spec.notices, ...warnings]) context.output.say(context.texts.problem(notice))
    const begun = await begin(host, data)
    if (out !== null && data !== null) await keepTask(out, spec) // saved now, so that it exists if this process is killed
    const { status, summary, evaluations } = await runToEnd(host, begun, steps, json, context)
    const goal = document.goal && goalLine(document.goal, evaluations, context)
    if (summary) report(summary, status.baseline ?? {}, goal, out !== null, json, context)
    if (out !== null) context.output.say(context.texts.cli('kept', { directory: out }))
    return status.state === 'stopped' ? 130 : 0
  } finally {
    await service.close()
    await home.remove()
  }
}

function adjusted(document: LabDocument, { steps, seed, shards }: TrainOptions): LabDocument {
  const { training } = document
  const chosen = { ...training, steps: steps ?? training.steps, seed: seed ?? training.seed }
  return { ...document, training: withShards(chosen, shards ?? shardsOf(training)) }
}

/** Reports each step until the run has ended. */
async function runToEnd(
  { call }: Host,
  { run, transplant }: RunStatus,
  steps: number,
  json: boolean,
  context: TrainContext,
): Promise<Ended> {
  const { output, texts, interrupted } = context
  const progress = createProgress(steps, output, texts)
  if (transplant) reportTransplant(transplant, json, context)
  const stop = (): void => {
    progress.end()
    output.say(texts.cli('stopping'))
    call['runs.command']({ run, command: 'stop' }).catch(() => undefined) // it has ended meanwhile
  }
  if (interrupted.aborted) stop()
  else interrupted.addEventListener('abort', stop, { once: true })

  let last = 0
  const said = new Set<string>()
  const ended = await followToEnd(call, run, (part) => {
    const { notice, problem, state } = part.status ?? {}
    // Report problems that do not end the run, such as a failed checkpoint, at once; the others are reported at the end.
    for (const told of [notice, state === 'running' && problem]) {
      const text = told && texts.problem(told)
      if (text && !said.has(text)) output.say(text)
      if (text) said.add(text)
    }
    if (!json) return progress.show(part)
    const { steps, values } = part.series?.loss ?? noPoints
    steps.forEach((step, index) => {
      if (step > last) output.json({ type: 'step', step, loss: values[index] }) // after falling behind, all points arrive again
    })
    last = Math.max(last, steps.at(-1) ?? 0)
  })
  interrupted.removeEventListener('abort', stop)
  progress.end()
  const { status } = ended
  if (status.state === 'failed' || status.state === 'interrupted') {
    throw status.problem ? fromProblem(status.problem) : new LabError('internal', { detail: status.state })
  }
  if (status.state === 'stopped') output.say(texts.cli('stopped', { step: status.step }))
  return ended
}

/** The state of a run that is over. */
interface Ended {
  readonly status: RunStatus
  readonly summary: RunSummary | null
  readonly evaluations: readonly Evaluation[]
}

function followToEnd(call: Caller<LabMethods>, run: string, tell: (part: RunPart) => void): Promise<Ended> {
  const over = newAbort()
  const series = new RunSeries()
  let summary: RunSummary | null = null
  return new Promise((resolve, reject) => {
    const onPart = (part: RunPart): void => {
      tell(part)
      if (part.cut !== undefined) series.cut(part.cut - 1)
      series.add(part.series ?? {})
      summary = part.summary ?? summary
      if (!part.status || isUnderWay(part.status)) return
      resolve({ status: part.status, summary, evaluations: evaluationsOf(series) })
      over.abort()
    }
    call['runs.follow']({ run }, { signal: over.signal, onPart }).catch(reject)
  })
}

type Metrics = Readonly<Record<string, number>>

function report(
  summary: RunSummary,
  baseline: Metrics,
  goal: string | undefined,
  isKept: boolean,
  json: boolean,
  { output, texts }: TrainContext,
): void {
  const { steps, loss, evaluation, parameters, engine, endedEarly, msPerStep, stateHash, classes = [], best } = summary
  if (json) {
    output.json({ type: 'done', ...summary, best: isKept ? best : undefined, baseline })
    return
  }
  output.line(texts.cli('done', { steps, loss: loss.toPrecision(4) }))
  const valueOf = (values: Metrics, name: string): string => (name in values ? texts.value(name, values[name]!) : '')
  const rows = Object.keys(evaluation).map((name) => [texts.metric(name), valueOf(evaluation, name), valueOf(baseline, name)])
  for (const line of table(texts.cli('metricColumns').split(','), rows)) output.line(line)
  if (goal !== undefined) output.line(goal)
  if (classes.length > 0) printClasses(classes, output, texts)
  if (isKept && best) output.line(texts.cli('bestKept', { step: best.step, loss: best.loss.toPrecision(4) }))
  if (endedEarly) output.line(texts.cli('endedEarly'))
  const milliseconds = msPerStep.toPrecision(3)
  output.line(texts.cli('doneDetails', { parameters, engine, milliseconds, hash: stateHash.slice(0, 16) }))
}

/** Whether the lab's goal was reached, as a sentence. */
function goalLine(goal: Goal, evaluations: readonly Evaluation[], { texts }: TrainContext): string {
  const { metric, atLeast, steps } = goal
  const said = { metric: texts.metric(metric), value: texts.value(metric, atLeast), steps }
  return texts.cli(isReached(goal, evaluations) ? 'goalReached' : 'goalMissed', said)
}

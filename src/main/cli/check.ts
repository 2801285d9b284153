/** `check LAB`: shapes per node and port, parameters, FLOPs and memory of a step, the training budget, and problems. */
import { availableParallelism } from 'node:os'
import { toProblem, type Problem } from '@core/errors'
import { analyse } from '@core/graph/analyse'
import type { Analysis } from '@core/graph/analysis'
import { mostShards, shardsOf, withShards, type LabDocument } from '@core/lab/document'
import type { Budget } from '@core/contract/runs'
import { createTask } from '@core/tasks'
import { decodeText } from '@core/tasks/text'
import type { TaskSpec } from '@core/tasks/types'
import { budgetOf } from '@engine/budget'
import { noticesOf } from '../service/data'
import type { Labs } from '../service/labs'
import { requireHeld } from '@engine/trainable'
import type { Trials } from '../service/trials'
import type { Texts } from '../texts'
import type { Output } from './output'
import { duration } from './progress'
import { findLab, readData } from './read-lab'
import { table } from './table'

export interface CheckOptions {
  readonly lab: string
  readonly json: boolean
  /** File with the learner's own text or table; null for the built-in data. */
  readonly data: string | null
  /** Whether to train for a moment in order to estimate the budget. */
  readonly trial: boolean
}

export interface CheckContext {
  readonly labs: Labs
  readonly trials: Trials
  readonly interrupted: AbortSignal
  readonly output: Output
  readonly texts: Texts
}

/** Returns the exit code: 0 if the lab can be trained, 1 with the problems on standard error. */
export async function check(
  { lab, json, data, trial }: CheckOptions,
  { labs, trials, interrupted, output, texts }: CheckContext,
): Promise<number> {
  const { problems, warnings, nodes, parameters, frozen, flopsPerStep, bytes, trainable } = await analysed(lab, data, labs)
  const told = (problem: Problem) => ({ code: problem.code, node: problem.node ?? null, message: texts.problem(problem) })
  const { budget, reason } = trial && trainable ? await tried(trainable, trials, interrupted) : untried
  const others = budget && trainable ? await otherShards(trainable, trials, interrupted) : []
  if (json) {
    output.json({
      ok: problems.length === 0,
      errors: problems.map(told),
      warnings: warnings.map(told),
      parameters,
      frozenParameters: frozen,
      flopsPerStep,
      bytes,
      budget,
      otherShards: others,
      budgetError: reason && { code: reason.code, message: texts.problem(reason) },
      nodes: Object.fromEntries(
        Object.entries(nodes).map(([id, node]) => [id, { outputs: node.outputs, parameters: node.parameters }]),
      ),
    })
  } else if (Object.keys(nodes).length > 0) {
    for (const line of table(texts.cli('columns').split(','), rows(nodes))) output.line(line)
    output.line(texts.cli('parameters', { count: parameters, frozen }))
    output.line(texts.cli('flopsPerStep', { count: flopsPerStep }))
    if (problems.length === 0) output.line(texts.cli('memory', { megabytes: Math.ceil(bytes / 1e6) }))
    if (budget) {
      const { stepsPerSecond, secondsToFinish, peakBytes, isLowerBound, slower } = budget
      const engine = engineName(budget)
      const megabytes = Math.round(peakBytes / 1e6)
      const params = { engine, rate: rounded(stepsPerSecond), time: duration(secondsToFinish), megabytes }
      output.line(texts.cli(isLowerBound ? 'budgetAtLeast' : 'budget', params))
      for (const { shards, stepsPerSecond: its } of others) {
        output.line(
          texts.cli(its > worthTelling * stepsPerSecond ? 'budgetFaster' : 'budgetShards', { shards, rate: rounded(its) }),
        )
      }
      if (slower) output.line(texts.cli('budgetSlower', { engine: engineName(slower), rate: rounded(slower.stepsPerSecond) }))
    }
    if (problems.length === 0) output.line(texts.cli('checkOk'))
  }
  if (reason) output.say(texts.problem(reason))
  for (const problem of [...problems, ...warnings]) output.say(texts.problem(problem))
  return problems.length === 0 ? 0 : 1
}

/** With the device, if it is a graphics processor. */
const engineName = ({ engine, device }: Pick<Budget, 'engine' | 'device'>): string =>
  device ? `${engine} · ${device}` : engine

interface Trainable {
  readonly document: LabDocument
  readonly spec: TaskSpec
  readonly bytes: number
  /** The learner's own text, if any. */
  readonly text: string | null
}

interface Analysed extends Pick<Analysis, 'nodes' | 'parameters' | 'frozen' | 'flopsPerStep' | 'bytes'> {
  readonly problems: readonly Problem[]
  /** About the graph and the task's data. */
  readonly warnings: readonly Problem[]
  /** null if there are problems. */
  readonly trainable: Trainable | null
}

async function analysed(lab: string, data: string | null, labs: Labs): Promise<Analysed> {
  try {
    const document = await findLab(lab, labs)
    const read = data === null ? null : decodeText(await readData(data, document.task.kind))
    const text = read?.text ?? null
    const { spec } = createTask(document.task, text)
    const analysis = analyse(document, spec.signature)
    const { problems, bytes } = analysis
    const warnings = [...(read ? noticesOf(read.encoding) : []), ...spec.notices, ...analysis.warnings]
    return { ...analysis, warnings, trainable: problems.length === 0 ? { document, spec, bytes, text } : null }
  } catch (error) {
    return {
      nodes: {},
      parameters: 0,
      frozen: 0,
      flopsPerStep: 0,
      bytes: 0,
      problems: [toProblem(error)],
      warnings: [],
      trainable: null,
    }
  }
}

interface Tried {
  readonly budget: Budget | null
  /** Why there is no estimate. */
  readonly reason: Problem | null
}
const untried: Tried = { budget: null, reason: null }

/** A failed trial is no problem of the lab: it may work on another machine, or with more time. */
async function tried({ document, spec, bytes, text }: Trainable, trials: Trials, interrupted: AbortSignal): Promise<Tried> {
  try {
    requireHeld(bytes)
    const readData = () => Promise.resolve(text)
    const trial = await trials.of({ lab: document, engine: 'auto', bytes, dataId: null, readData }, interrupted)
    return { budget: budgetOf(document, spec, trial), reason: null }
  } catch (error) {
    return { budget: null, reason: toProblem(error) }
  }
}

interface ShardsRate {
  readonly shards: number
  readonly stepsPerSecond: number
}

/** Another number of shards is recommended if it trains at least this much faster: trials differ by some per cent. */
const worthTelling = 1.1
const rounded = (rate: number): number => Number(rate.toPrecision(2))

/** The speed with other numbers of shards that this computer could compute at the same time; none where the lab cannot be divided. */
async function otherShards(trainable: Trainable, trials: Trials, interrupted: AbortSignal): Promise<ShardsRate[]> {
  const { document, spec } = trainable
  const { training } = document
  const most = Math.min(availableParallelism(), mostShards, training.batchSize)
  const rates: ShardsRate[] = []
  for (let shards = 1; shards <= most; shards *= 2) {
    const lab = { ...document, training: withShards(training, shards) }
    if (shards === shardsOf(training) || analyse(lab, spec.signature).problems.length > 0) continue
    const { budget } = await tried({ ...trainable, document: lab }, trials, interrupted)
    if (budget) rates.push({ shards, stepsPerSecond: budget.stepsPerSecond })
  }
  return rates
}

function rows(nodes: Analysis['nodes']): string[][] {
  return Object.entries(nodes).flatMap(([id, { outputs, parameters }]) => {
    const ports = Object.entries(outputs)
    if (ports.length === 0) return [[id, '', '', '', String(parameters)]]
    return ports.map(([port, { axes, shape }], index) =>
      index === 0
        ? [id, port, axes.join(' × '), shape.join(' × '), String(parameters)]
        : ['', port, axes.join(' × '), shape.join(' × '), ''],
    )
  })
}

/** `check LAB`: shapes per node and port, parameters, FLOPs per step, and what is wrong. */
import { toProblem, type Problem } from '@core/errors'
import { analyse } from '@core/graph/analyse'
import type { Analysis } from '@core/graph/analysis'
import type { LabDocument } from '@core/lab/document'
import type { Budget } from '@core/contract/runs'
import { createTask } from '@core/tasks'
import type { TaskSpec } from '@core/tasks/types'
import { budgetOf } from '@engine/budget'
import type { Labs } from '../service/labs'
import type { Trials } from '../service/trials'
import type { Texts } from '../texts'
import type { Output } from './output'
import { duration } from './progress'
import { findLab } from './read-lab'
import { table } from './table'

export interface CheckContext {
  readonly labs: Labs
  readonly trials: Trials
  readonly interrupted: AbortSignal
  readonly output: Output
  readonly texts: Texts
}

/** Exit code: 0 if the lab can be trained, 1 with the problems on standard error. */
export async function check(
  lab: string,
  json: boolean,
  { labs, trials, interrupted, output, texts }: CheckContext,
): Promise<number> {
  const { problems, nodes, parameters, flopsPerStep, trainable } = await analysed(lab, labs)
  const budget = trainable && (await tried(trainable, trials, interrupted))
  if (json) {
    output.json({
      ok: problems.length === 0,
      errors: problems.map((problem) => ({
        code: problem.code,
        node: problem.node ?? null,
        message: texts.problem(problem),
      })),
      parameters,
      flopsPerStep,
      budget,
      nodes: Object.fromEntries(
        Object.entries(nodes).map(([id, node]) => [id, { outputs: node.outputs, parameters: node.parameters }]),
      ),
    })
  } else if (Object.keys(nodes).length > 0) {
    for (const line of table(texts.cli('columns').split(','), rows(nodes))) output.line(line)
    output.line(texts.cli('parameters', { count: parameters }))
    output.line(texts.cli('flopsPerStep', { count: flopsPerStep }))
    if (budget) {
      const { engine, stepsPerSecond, secondsToFinish, peakBytes } = budget
      const rate = stepsPerSecond.toPrecision(2)
      const megabytes = Math.round(peakBytes / 1e6)
      output.line(texts.cli('budget', { engine, rate: Number(rate), time: duration(secondsToFinish), megabytes }))
    }
    if (problems.length === 0) output.line(texts.cli('checkOk'))
  }
  for (const problem of problems) output.say(texts.problem(problem))
  return problems.length === 0 ? 0 : 1
}

interface Trainable {
  readonly document: LabDocument
  readonly spec: TaskSpec
}

interface Analysed extends Pick<Analysis, 'nodes' | 'parameters' | 'flopsPerStep'> {
  readonly problems: readonly Problem[]
  /** null with problems. */
  readonly trainable: Trainable | null
}

async function analysed(lab: string, labs: Labs): Promise<Analysed> {
  try {
    const document = await findLab(lab, labs)
    const { spec } = createTask(document.task, null)
    const analysis = analyse(document, spec.signature)
    return { ...analysis, trainable: analysis.problems.length === 0 ? { document, spec } : null }
  } catch (error) {
    return { nodes: {}, parameters: 0, flopsPerStep: 0, problems: [toProblem(error)], trainable: null }
  }
}

/** null where it cannot be trained here: the lab itself may be all right. */
async function tried({ document, spec }: Trainable, trials: Trials, interrupted: AbortSignal): Promise<Budget | null> {
  try {
    const readData = () => Promise.resolve(null)
    return budgetOf(document, spec, await trials.of({ lab: document, engine: 'auto', dataId: null, readData }, interrupted))
  } catch {
    return null
  }
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

/** `check LAB`: shapes per node and port, parameters, FLOPs per step, and what is wrong. */
import { toProblem, type Problem } from '@core/errors'
import { analyse } from '@core/graph/analyse'
import type { Analysis } from '@core/graph/analysis'
import { createTask } from '@core/tasks'
import type { Labs } from '../service/labs'
import type { Texts } from '../texts'
import type { Output } from './output'
import { findLab } from './read-lab'
import { table } from './table'

const nothing: Pick<Analysis, 'nodes' | 'parameters' | 'flopsPerStep'> = { nodes: {}, parameters: 0, flopsPerStep: 0 }

/** Exit code: 0 if the lab can be trained, 1 with the problems on standard error. */
export async function check(lab: string, json: boolean, labs: Labs, output: Output, texts: Texts): Promise<number> {
  const { problems, nodes, parameters, flopsPerStep } = await analysed(lab, labs)
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
      nodes: Object.fromEntries(
        Object.entries(nodes).map(([id, node]) => [id, { outputs: node.outputs, parameters: node.parameters }]),
      ),
    })
  } else if (Object.keys(nodes).length > 0) {
    for (const line of table(texts.cli('columns').split(','), rows(nodes))) output.line(line)
    output.line(texts.cli('parameters', { count: parameters }))
    output.line(texts.cli('flopsPerStep', { count: flopsPerStep }))
    if (problems.length === 0) output.line(texts.cli('checkOk'))
  }
  for (const problem of problems) output.say(texts.problem(problem))
  return problems.length === 0 ? 0 : 1
}

async function analysed(lab: string, labs: Labs): Promise<typeof nothing & { readonly problems: readonly Problem[] }> {
  try {
    const document = await findLab(lab, labs)
    return analyse(document, createTask(document.task, null).spec)
  } catch (error) {
    return { ...nothing, problems: [toProblem(error)] }
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

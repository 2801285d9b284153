/** The settings of blocks and tasks with defaults filled in, so that a setting that is not written equals one that is. */
import { blockByKind } from '../blocks'
import type { Params } from '../params'
import { tasks } from '../tasks'
import type { TaskRef } from '../tasks/ref'
import { labToKeep } from './kept'
import type { GraphNode, LabDocument } from './document'

/** Settings that the schema refuses are returned as they are. */
export function completeParams({ kind, params }: Pick<GraphNode, 'kind' | 'params'>): Params {
  const parsed = blockByKind(kind)?.params.safeParse(params)
  return parsed?.success ? parsed.data : params
}

export function completeTask(lab: LabDocument): TaskRef {
  const { kind, params } = labToKeep(lab).task
  const parsed = tasks.find((task) => task.kind === kind)?.params.safeParse(params)
  return { kind, params: parsed?.success ? (parsed.data as Params) : params }
}
